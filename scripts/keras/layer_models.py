"""Keras's training of small models that are made of the rarer layers, step by step.

    layer_models.py FOLDER < cases.json

Cases and answers are those of training.py; "network" names one of MODELS below, which take no options.
"""

import environment  # noqa: F401  (before Keras)

import keras
import training
from answers import answer
from keras import layers

SHAPE = (8, 8, 3)
SLOPE = keras.initializers.Constant(0.25)


def classified(image, x):
    return keras.Model(image, layers.Dense(training.CLASSES, activation="softmax", name="classes")(x))


def normalised(_):
    """Layer normalisation over one axis and over two, with and without its weights; PReLU with a slope for each channel
    and for each value."""
    image = keras.Input(SHAPE)
    x = layers.Conv2D(6, 3, padding="same", name="conv1")(image)
    x = layers.LayerNormalization(name="ln1")(x)
    x = layers.PReLU(SLOPE, shared_axes=[1, 2], name="prelu1")(x)
    x = layers.Conv2D(4, 3, strides=2, padding="same", name="conv2")(x)
    x = layers.LayerNormalization(axis=[1, 3], center=False, epsilon=1e-2, name="ln2")(x)
    x = layers.PReLU(SLOPE, alpha_regularizer=keras.regularizers.L2(0.01), name="prelu2")(x)
    x = layers.LayerNormalization(scale=False, name="ln3")(x)
    return classified(image, layers.Flatten(name="flatten")(x))


def enlarged(_):
    """Everything that changes an image's size or the order of its axes."""
    image = keras.Input(SHAPE)
    x = layers.Rescaling(2.0, offset=-1.0, name="rescale")(image)
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh", name="conv")(x)
    x = layers.Conv2DTranspose(5, 3, strides=2, padding="same", activation="tanh", name="up1")(x)
    x = layers.Cropping2D(((1, 2), (0, 3)), name="crop")(x)
    x = layers.Conv2DTranspose(3, (2, 3), strides=(1, 2), name="up2")(x)
    x = layers.Conv2DTranspose(2, 1, strides=2, use_bias=False, name="up3")(x)
    x = layers.UpSampling2D((2, 1), name="up4")(x)
    x = layers.Permute((2, 3, 1), name="permute")(x)
    x = layers.ReLU(max_value=0.5, name="bounded")(x)
    return classified(image, layers.Flatten(name="flatten")(x))


def gated(_):
    """Merges that broadcast, as squeeze-and-excitation blocks need; inputs of unequal ranks; attention by Dot."""
    image = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, padding="same", activation="tanh", name="conv")(image)
    squeezed = layers.GlobalAveragePooling2D(name="squeeze")(x)
    gate = layers.Reshape((1, 1, 4), name="reshape")(squeezed)
    gate = layers.Dense(2, activation="tanh", name="reduce")(gate)
    gate = layers.Dense(4, activation="sigmoid", name="excite")(gate)
    x = layers.Multiply(name="gated")([x, gate])
    shift = layers.Dense(4, name="shift")(squeezed)
    x = layers.Add(name="shifted")([shift, x])
    x = layers.Maximum(name="maximum")([x, layers.Dense(4, name="least")(squeezed)])
    x = layers.Average(name="average")([x, gate, shift])
    steps = layers.Reshape((64, 4), name="steps")(x)
    steps = layers.Conv1D(5, 3, strides=2, padding="same", activation="tanh", name="conv1d")(steps)
    steps = layers.AveragePooling1D(2, name="pool1d")(steps)
    query = layers.Dense(5, name="query")(layers.GlobalAveragePooling1D(name="mean")(steps))
    scores = layers.Softmax(name="scores")(layers.Dot([2, 1], normalize=True, name="match")([steps, query]))
    found = layers.Dot([1, 1], name="found")([scores, steps])
    twice = layers.RepeatVector(2, name="twice")(found)
    return classified(image, layers.Flatten(name="flatten")(twice))


def block(name):
    image = keras.Input((8, 8, 4))
    penalty = keras.regularizers.L2(0.01)
    x = layers.LayerNormalization(axis=[1, 2, 3], gamma_regularizer=penalty, name="ln")(image)
    x = layers.Conv2DTranspose(4, 3, padding="same", name="transposed")(x)
    x = layers.PReLU(SLOPE, shared_axes=[1, 2], name="prelu")(x)
    return keras.Model(image, x, name=name)


def shared(_):
    """One block that is called twice, and one that is frozen as a whole."""
    twice, frozen = block("twice"), block("frozen")
    frozen.trainable = False
    image = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, padding="same", activation="tanh", name="conv")(image)
    x = frozen(twice(twice(x)))
    return classified(image, layers.GlobalAveragePooling2D(name="mean")(x))


MODELS = {build.__name__: build for build in (normalised, enlarged, gated, shared)}


if __name__ == "__main__":
    answer(__doc__, lambda case, folder: training.run(case, folder, MODELS))
