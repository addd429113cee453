"""PyTorch as contenders of the bench (see bench_serve.py): channels last, fused Adam; in bfloat16 by autocast. On the
GPU where PyTorch sees one.

    bench_torch.py eager
    bench_torch.py compiled    by torch.compile, which writes C++ on a CPU and so needs a compiler
"""

import functools
import sys

import torch
from bench_serve import serve
from torch import nn
from torch.nn import functional

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Same(nn.Module):
    """Max-pooling 2×2 of even sizes, where "same" and "valid" are one."""

    def forward(self, x):
        return functional.max_pool2d(x, 2)


def conv_bn(inputs, filters, size, stride=1, padding="same", bias=True, activate=True):
    if stride > 1:
        padding = size // 2
    # Keras's momentum of 0.99 is PyTorch's of 0.01.
    layers = [
        nn.Conv2d(inputs, filters, size, stride, padding, bias=bias),
        nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01),
    ]
    return nn.Sequential(*layers, *([nn.ReLU()] if activate else []))


def baseline():
    return nn.Sequential(
        conv_bn(3, 6, 5),
        Same(),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(1536, 128),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(128, 10),
    )


def lenet5():
    return nn.Sequential(
        nn.Conv2d(3, 6, 5),
        nn.Sigmoid(),
        Same(),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        Same(),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Sigmoid(),
        nn.Linear(120, 84),
        nn.Sigmoid(),
        nn.Linear(84, 10),
    )


def alexnet8():
    def pool():
        return nn.MaxPool2d(3, 2)

    def hidden(inputs):
        return [nn.Linear(inputs, 2048), nn.ReLU(), nn.Dropout(0.5)]

    def conv(inputs, filters):
        return [nn.Conv2d(inputs, filters, 3, padding="same"), nn.ReLU()]

    return nn.Sequential(
        conv_bn(3, 96, 3, padding="valid"),
        pool(),
        conv_bn(96, 256, 3, padding="valid"),
        pool(),
        *conv(256, 384),
        *conv(384, 384),
        *conv(384, 256),
        pool(),
        nn.Flatten(),
        *hidden(1024),
        *hidden(2048),
        nn.Linear(2048, 10),
    )


def vgg16():
    layers, inputs = [], 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers.append(conv_bn(inputs, filters, 3))
            inputs = filters
        layers += [Same(), nn.Dropout(0.2)]
    layers.append(nn.Flatten())
    for _ in range(2):
        layers += [nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, nn.Linear(512, 10))


class BasicBlock(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.first = conv_bn(inputs, filters, 3, stride, bias=False)
        self.second = conv_bn(filters, filters, 3, bias=False, activate=False)
        self.shortcut = (
            nn.Identity() if stride == 1 else conv_bn(inputs, filters, 1, stride, bias=False, activate=False)
        )

    def forward(self, x):
        return functional.relu(self.second(self.first(x)) + self.shortcut(x))


class Average(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def resnet18():
    layers, inputs = [conv_bn(3, 64, 3, bias=False)], 64
    for stage, filters in enumerate((64, 128, 256, 512)):
        for block in range(2):
            layers.append(BasicBlock(inputs, filters, 2 if stage > 0 and block == 0 else 1))
            inputs = filters
    return nn.Sequential(*layers, Average(), nn.Linear(512, 10))


class Inception(nn.Module):
    def __init__(self, inputs, c, s):
        super().__init__()
        self.branches = nn.ModuleList(
            [
                conv_bn(inputs, c, 1, s),
                nn.Sequential(conv_bn(inputs, c, 1, s), conv_bn(c, c, 3)),
                nn.Sequential(conv_bn(inputs, c, 1, s), conv_bn(c, c, 5)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_bn(inputs, c, 1, s)),
            ]
        )

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def inception10():
    blocks = [Inception(16, 16, 2), Inception(64, 16, 1), Inception(64, 32, 2), Inception(128, 32, 1)]
    return nn.Sequential(conv_bn(3, 16, 3), *blocks, Average(), nn.Linear(128, 10))


class ScaledMaximum(nn.Module):
    def forward(self, x):
        return x.amax((2, 3)) / 9


def offset_norm(filters):
    norm = nn.BatchNorm2d(filters, eps=1e-12, momentum=0.4)
    norm.register_parameter("weight", None)
    return norm


def speedrun():
    layers, inputs = [nn.Conv2d(3, 24, 2), nn.GELU()], 24
    for filters in (64, 256, 256):
        layers += [nn.Conv2d(inputs, filters, 3, padding=1, bias=False), nn.MaxPool2d(2)]
        layers += [offset_norm(filters), nn.GELU()]
        layers += [nn.Conv2d(filters, filters, 3, padding=1, bias=False), offset_norm(filters), nn.GELU()]
        inputs = filters
    return nn.Sequential(*layers, ScaledMaximum(), nn.Linear(256, 10, bias=False))


NETWORKS = {
    build.__name__: build for build in (baseline, lenet5, alexnet8, vgg16, resnet18, inception10, speedrun)
}


class Training:
    """`compiled`: images, forward pass, loss and gradients by torch.compile; otherwise all eager."""

    def __init__(self, compiled, network, batch, precision, pixels, classes):
        self.model = NETWORKS[network]().to(DEVICE, memory_format=torch.channels_last).train()
        self.parameters = sum(weight.numel() for weight in self.model.parameters()) + sum(
            statistic.numel() for statistic in self.model.buffers() if statistic.is_floating_point()
        )
        # The penalty of ResNet18's last layer: Keras's L2(0.01).
        self.penalised = [self.model[-1].weight] if network == "resnet18" else []
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7, fused=True)
        self.batch = batch
        self.low = precision == "mixed_bfloat16"
        self.pixels, self.classes = torch.from_numpy(pixels).to(DEVICE), torch.from_numpy(classes).to(DEVICE)
        self.forward = torch.compile(self.loss, dynamic=False) if compiled else self.loss
        self.done = 0

    def loss(self, indices):
        images = self.pixels[indices].permute(0, 3, 1, 2).float() / 255
        labels = self.classes[indices]
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.low):
            logits = self.model(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels)
        for weight in self.penalised:
            loss = loss + 0.01 * weight.square().sum()
        return loss, (logits.argmax(1) == labels).sum()

    def train(self, steps):
        totals = torch.zeros(2, device=DEVICE)
        for _ in range(steps):
            start = self.done * self.batch
            indices = torch.arange(start, start + self.batch, device=DEVICE) % len(self.pixels)
            self.optimizer.zero_grad(set_to_none=True)
            loss, hits = self.forward(indices)
            loss.backward()
            self.optimizer.step()
            totals += torch.stack([loss.detach(), hits])
            self.done += 1
        return steps * self.batch, totals.tolist()[0] / steps


if __name__ == "__main__":
    kinds = {"eager": False, "compiled": True}
    if len(sys.argv) != 2 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    # As TensorFlow does on cards that have TF32.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    on = f" on {torch.cuda.get_device_name()}" if DEVICE == "cuda" else ""
    serve(
        functools.partial(Training, kinds[sys.argv[1]]),
        f"PyTorch {torch.__version__}{on}",
        device="GPU" if DEVICE == "cuda" else "CPU",
        precisions=["float32", "mixed_bfloat16"],
        # What was compiled for one batch would be compiled anew for batches of any size.
        reset=torch.compiler.reset,
    )
