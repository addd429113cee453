"""The seven networks in Keras, from their published layers, with options as in lib/models. Any backend of Keras."""

import keras
from keras import layers


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


def speedrun(options):
    build = Builder(options, activation="gelu")

    def finished(x, group, position):
        if build.batch_norm:
            norm = layers.BatchNormalization(momentum=0.6, epsilon=1e-12, scale=False, name=f"{group}_bn{position}")
            x = norm(x)
        return build.activate(x, numbered(f"{group}_", position))

    image = keras.Input(build.shape)
    x = layers.Conv2D(8 * build.shape[2], 2, activation=build.activation, name="whiten")(image)
    for i, filters in enumerate((64, 256, 256), 1):
        group = f"group{i}"
        conv = {"kernel_size": 3, "padding": "same", "use_bias": not build.batch_norm}
        x = layers.Conv2D(build.scaled(filters), name=f"{group}_conv1", **conv)(x)
        x = layers.MaxPooling2D(2, 2, name=f"{group}_pool")(x)
        x = finished(x, group, 1)
        x = layers.Conv2D(build.scaled(filters), name=f"{group}_conv2", **conv)(x)
        x = finished(x, group, 2)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    x = build.dropout(x, "drop_pool")
    x = layers.Rescaling(1 / 9, name="scale")(x)
    return keras.Model(image, build.classifier(x, use_bias=False))


NETWORKS = {
    build.__name__: build for build in (baseline, lenet5, alexnet8, vgg16, resnet18, inception10, speedrun)
}
