"""What Keras makes of the six networks: the reference that the tests hold the TypeScript ones against.

    reference.py FOLDER < cases.json

Reads a list of cases from standard input, [{"id": ..., "network": ..., "options": {...}}, ...], options as in
lib/models. Builds each network in Keras from its published layers (nothing is read from the TypeScript side) with
Keras's own defaults, and writes for each case into FOLDER:

    ID.json         rows [name, class, output shape, parameters], the totals, and the seed of what follows
    ID-weights.npz  all weights, by layer, before the step
    ID-step.npz     images, labels, probabilities in inference; for one step in training mode on the first
                    images the loss (the penalties included), the gradient of every trainable weight, and the
                    moving statistics after it; and every trainable weight after one step of Adam

The gradient of a network with ReLUs and max-pools jumps where a unit crosses zero or another one becomes the
largest of its window, and float32 cannot tell on which side a unit lies that is closer than rounding. Among the
millions of units of a large network a few always do: on a batch of 32, kernels of VGG16 see their gradient change
by 6 % of its largest value when the images move in the last bit. A comparison shows something only where the
gradient stands still. So units are kept clear of zero (by the offsets of batch normalisation, by a small batch),
and seeds are tried until Keras agrees with itself on images and weights moved by several times that. Keras alone decides: the
TypeScript side has no part.
"""

import json
import sys
from pathlib import Path

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from export_weights import arrays_of, as_float32, weights_by_key
from keras import layers

IMAGES = 32
STEP_IMAGES = 4

# By how much the pixels and weights are moved to see whether the gradient stands still, how often, and what counts as still.
NUDGE = 1e-6
NUDGES = 4
STILL = 2e-4

SEEDS = 60


class Builder:
    """Applies layers to `x`, with the options that all networks share."""

    def __init__(self, options, activation="relu", batch_norm=True, dropout=0.0):
        self.shape = tuple(options.get("inputShape", (32, 32, 3)))
        self.classes = options.get("classes", 10)
        self.width = options.get("width", 1)
        self.activation = options.get("activation", activation)
        self.batch_norm = options.get("batchNorm", batch_norm)
        self.rate = options.get("dropout", dropout)

    def scaled(self, count):
        return max(1, int(count * self.width + 0.5))

    def conv(self, x, filters, size, name, stride=1, padding="same", bias=True, batch_norm=None, activate=True):
        """`name` is a pattern: {} becomes conv, bn or the activation."""
        batch_norm = self.batch_norm if batch_norm is None else batch_norm
        fused = self.activation if activate and not batch_norm else None
        x = layers.Conv2D(
            self.scaled(filters),
            size,
            strides=stride,
            padding=padding,
            use_bias=bias,
            activation=fused,
            name=name("conv"),
        )(x)
        if not batch_norm:
            return x
        x = layers.BatchNormalization(name=name("bn"))(x)
        return self.activate(x, name) if activate else x

    def activate(self, x, name):
        return layers.Activation(self.activation, name=name(self.activation))(x)

    def dropout(self, x, name):
        return layers.Dropout(self.rate, name=name)(x) if self.rate > 0 else x

    def hidden(self, x, units, name):
        x = layers.Dense(self.scaled(units), activation=self.activation, name=name)(x)
        return self.dropout(x, f"drop_{name}")

    def classifier(self, x, **options):
        return layers.Dense(self.classes, activation="softmax", name="classes", **options)(x)


def numbered(prefix, number):
    return lambda kind: f"{prefix}{kind}{number}"


def prefixed(prefix):
    return lambda kind: f"{prefix}_{kind}"


def baseline(options):
    build = Builder(options, dropout=0.2)
    image = keras.Input(build.shape)
    x = build.conv(image, 6, 5, lambda kind: kind)
    x = layers.MaxPooling2D(2, 2, padding="same", name="pool")(x)
    x = build.dropout(x, "drop_conv")
    x = layers.Flatten(name="flatten")(x)
    x = build.hidden(x, 128, "hidden")
    return keras.Model(image, build.classifier(x))


def lenet5(options):
    build = Builder(options, activation="sigmoid", batch_norm=False)
    average = options.get("pooling") == "average"
    pool = layers.AveragePooling2D if average else layers.MaxPooling2D
    image = x = keras.Input(build.shape)
    for filters, conv, subsampling in [(6, "c1", "s2"), (16, "c3", "s4")]:
        name = lambda kind, conv=conv: conv if kind == "conv" else f"{conv}_{kind}"
        x = build.conv(x, filters, 5, name, padding="valid")
        x = pool(2, 2, name=subsampling)(x)
    x = layers.Flatten(name="flatten")(x)
    x = build.hidden(x, 120, "c5")
    x = build.hidden(x, 84, "f6")
    return keras.Model(image, build.classifier(x))


def alexnet8(options):
    build = Builder(options, dropout=0.5)
    off = False
    image = keras.Input(build.shape)
    x = build.conv(image, 96, 3, numbered("", 1), padding="valid")
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    x = build.conv(x, 256, 3, numbered("", 2), padding="valid")
    x = layers.MaxPooling2D(3, 2, name="pool2")(x)
    x = build.conv(x, 384, 3, numbered("", 3), batch_norm=off)
    x = build.conv(x, 384, 3, numbered("", 4), batch_norm=off)
    x = build.conv(x, 256, 3, numbered("", 5), batch_norm=off)
    x = layers.MaxPooling2D(3, 2, name="pool5")(x)
    x = layers.Flatten(name="flatten")(x)
    x = build.hidden(x, 2048, "hidden1")
    x = build.hidden(x, 2048, "hidden2")
    return keras.Model(image, build.classifier(x))


def vgg16(options):
    build = Builder(options, dropout=0.2)
    counts = {
        11: (1, 1, 2, 2, 2),
        13: (2, 2, 2, 2, 2),
        16: (2, 2, 3, 3, 3),
        19: (2, 2, 4, 4, 4),
    }[options.get("depth", 16)]
    image = x = keras.Input(build.shape)
    for block, (filters, count) in enumerate(zip((64, 128, 256, 512, 512), counts), 1):
        for i in range(1, count + 1):
            x = build.conv(x, filters, 3, numbered(f"block{block}_", i))
        x = layers.MaxPooling2D(2, 2, padding="same", name=f"block{block}_pool")(x)
        x = build.dropout(x, f"block{block}_drop")
    x = layers.Flatten(name="flatten")(x)
    x = build.hidden(x, 512, "hidden1")
    x = build.hidden(x, 512, "hidden2")
    return keras.Model(image, build.classifier(x))


def resnet18(options):
    build = Builder(options)
    stages = {
        18: ((64, 2), (128, 2), (256, 2), (512, 2)),
        20: ((16, 3), (32, 3), (64, 3)),
        34: ((64, 3), (128, 4), (256, 6), (512, 3)),
    }[options.get("depth", 18)]
    bias = not build.batch_norm
    image = keras.Input(build.shape)
    x = build.conv(image, stages[0][0], 3, prefixed("stem"), bias=bias)
    for stage, (filters, blocks) in enumerate(stages, 1):
        for block in range(1, blocks + 1):
            name = f"stage{stage}_block{block}"
            stride = 2 if stage > 1 and block == 1 else 1
            y = build.conv(x, filters, 3, numbered(f"{name}_", 1), stride=stride, bias=bias)
            y = build.conv(y, filters, 3, numbered(f"{name}_", 2), bias=bias, activate=False)
            if stride == 2:
                shortcut = prefixed(f"{name}_shortcut")
                x = build.conv(x, filters, 1, shortcut, stride=2, bias=bias, activate=False)
            x = layers.Add(name=f"{name}_add")([y, x])
            x = build.activate(x, numbered(f"{name}_", 2))
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = build.dropout(x, "drop_average")
    return keras.Model(image, build.classifier(x, kernel_regularizer=keras.regularizers.L2()))


def inception10(options):
    build = Builder(options)
    image = keras.Input(build.shape)
    x = build.conv(image, 16, 3, prefixed("stem"))
    for block, (c, s) in enumerate([(16, 2), (16, 1), (32, 2), (32, 1)], 1):
        name = lambda step, block=block: prefixed(f"block{block}_{step}")
        one = build.conv(x, c, 1, name("1x1"), stride=s)
        three = build.conv(x, c, 1, name("3x3_reduce"), stride=s)
        three = build.conv(three, c, 3, name("3x3"))
        five = build.conv(x, c, 1, name("5x5_reduce"), stride=s)
        five = build.conv(five, c, 5, name("5x5"))
        pool = layers.MaxPooling2D(3, 1, padding="same", name=f"block{block}_pool")(x)
        pool = build.conv(pool, c, 1, name("pool_proj"), stride=s)
        x = layers.Concatenate(name=f"block{block}_concat")([one, three, five, pool])
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = build.dropout(x, "drop_average")
    return keras.Model(image, build.classifier(x))


NETWORKS = {
    build.__name__: build for build in (baseline, lenet5, alexnet8, vgg16, resnet18, inception10)
}


def count(weights):
    return int(sum(np.prod(weight.shape) for weight in weights))


def description(model):
    rows = [
        [layer.name, type(layer).__name__, list(layer.output.shape[1:]), layer.count_params()]
        for layer in model.layers
        if not isinstance(layer, layers.InputLayer)
    ]
    return {
        "rows": rows,
        "total": count(model.weights),
        "trainable": count(model.trainable_weights),
        "nonTrainable": count(model.non_trainable_weights),
    }


def draw_images(shape, random):
    """Coarse patterns under noise: noise alone looks the same everywhere to a network. Pixels are bytes by 255."""
    height, width, channels = shape
    coarse = random.uniform(0, 1, (IMAGES, 4, 4, channels))
    rows = np.arange(height) * 4 // height
    columns = np.arange(width) * 4 // width
    patterns = coarse[:, rows][:, :, columns]
    pixels = 0.8 * patterns + 0.2 * random.uniform(0, 1, patterns.shape)
    return (np.round(255 * pixels) / 255).astype(np.float32)


def draw_weights(model, images, random):
    """Sets weights so that none is without effect and the probabilities depend on the image, as after training.
    At its start a deep network gives nearly the same for all images, and a comparison would show little."""
    for name, weight in weights_by_key(model).items():
        if name.endswith("/bias"):
            weight.assign(random.normal(0, 0.1, weight.shape))
        elif name.endswith("/beta"):
            # Two standard deviations off: most channels are mostly on or off, and few values come near zero.
            weight.assign(random.choice([-2, 2], weight.shape) + random.normal(0, 0.1, weight.shape))
        elif name.endswith("/gamma"):
            weight.assign(random.uniform(0.8, 1.2, weight.shape))
        elif name.endswith("/kernel"):
            # So much larger, signals neither fade nor grow from layer to layer where nothing normalises them.
            weight.assign((4 if uses(model, "sigmoid") else 1.5) * weight)
    draw_moving_statistics(model, images, random)
    classifier = model.get_layer("classes")
    features = keras.Model(model.input, classifier.input)(images, training=False)
    logits = as_float32(features @ classifier.kernel.value)
    spread = logits.std(axis=0).mean()
    classifier.kernel.assign(classifier.kernel / spread)
    classifier.bias.assign(random.normal(0, 0.1, classifier.units) - logits.mean(axis=0) / spread)


def uses(model, activation):
    return any(layer.get_config().get("activation") == activation for layer in model.layers)


def draw_moving_statistics(model, images, random):
    """Near the batch's own: with a momentum of 0 one pass sets them to those."""
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(images, training=True)
    for layer, momentum in zip(norms, momenta):
        layer.momentum = momentum
        for statistic in (layer.moving_mean, layer.moving_variance):
            statistic.assign(statistic * random.uniform(0.8, 1.2, statistic.shape))


def gradients(model, images, labels):
    """The loss of one pass in training mode, which moves the moving statistics, and its gradient by weight."""
    weights = {name: weight for name, weight in weights_by_key(model).items() if weight.trainable}
    with tf.GradientTape() as tape:
        predicted = model(images, training=True)
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, predicted) + sum(model.losses)
    found = tape.gradient(loss, [weight.value for weight in weights.values()])
    return loss, {name: as_float32(gradient) for name, gradient in zip(weights, found)}


def nudged(values, random):
    return (values * (1 + NUDGE * random.choice([-1, 1], values.shape))).astype(np.float32)


def stands_still(model, images, labels, gradient, random):
    """Moves the images and, since every layer rounds, every layer's weights; puts the weights back."""
    largest = {name: np.abs(values).max() for name, values in gradient.items()}
    weights = [(weight, as_float32(weight)) for weight in model.trainable_weights]
    for _ in range(NUDGES):
        for weight, values in weights:
            weight.assign(nudged(values, random))
        _, other = gradients(model, nudged(images, random), labels)
        for weight, values in weights:
            weight.assign(values)
        for name, values in gradient.items():
            # A bias in front of batch normalisation has no effect, and rounding errors for a gradient.
            scale = max(largest[name], largest.get(name.replace("/bias", "/kernel"), 0))
            if np.abs(other[name] - values).max() > STILL * scale:
                return False
    return True


def adam_step(model, gradient):
    weights = {name: weight for name, weight in weights_by_key(model).items() if weight.trainable}
    keras.optimizers.Adam().apply([tf.constant(gradient[name]) for name in weights], list(weights.values()))
    return {name: as_float32(weight) for name, weight in weights.items()}


def attempt(case, seed):
    """@returns the model's description, weights and step, or None if the gradient does not stand still"""
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    model = NETWORKS[case["network"]](case["options"])
    images = draw_images(model.input_shape[1:], random)
    labels = random.integers(0, model.output_shape[-1], STEP_IMAGES)
    draw_weights(model, images, random)
    before = arrays_of(model)
    probabilities = model(images, training=False)
    loss, gradient = gradients(model, images[:STEP_IMAGES], labels)
    after = arrays_of(model)
    if not stands_still(model, images[:STEP_IMAGES], labels, gradient, random):
        return None
    step = {"images": images, "labels": labels, "probabilities": probabilities, "loss": loss}
    step |= {f"gradient/{name}": values for name, values in gradient.items()}
    step |= {f"after/{name}": values for name, values in after.items() if "/moving_" in name}
    step |= {f"adam/{name}": values for name, values in adam_step(model, gradient).items()}
    return description(model) | {"seed": seed}, before, step


def main(folder):
    for case in json.load(sys.stdin):
        found = next(filter(None, (attempt(case, seed) for seed in range(1, SEEDS + 1))), None)
        if found is None:
            sys.exit(f"{case['id']}: Keras's gradient stands still for none of {SEEDS} seeds")
        model, weights, step = found
        (folder / f"{case['id']}.json").write_text(json.dumps(model))
        np.savez(folder / f"{case['id']}-weights.npz", **weights)
        step = {name: as_float32(values) for name, values in step.items()}
        np.savez(folder / f"{case['id']}-step.npz", **step)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
