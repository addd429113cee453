"""Keras's loss, metrics and one training step of small models that are awkward in one way each.

    awkward.py FOLDER < cases.json

Reads a list of cases from standard input:

    {"id": ..., "model": one of MODELS below, "classes": 10,
     "loss": "sparse" | "smooth" | "squared", "smoothing": 0.1, "logits": false}

and writes for each into FOLDER:

    ID-weights.npz  all weights, by layer, before the step
    ID-run.npz      images (bytes) and classes; what `evaluate` says of them (loss, accuracy, top5) and the part of the
                    loss that is penalty; the same loss and penalty for the step, and all weights after it

The step is `train_on_batch` on all images, with plain SGD at a learning rate of 0.1. Everything is Keras's own, compiled
as `fit` compiles it.
"""

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
from answers import answer, save, weights_of
from export_weights import arrays_of
from keras import layers

SHAPE = (8, 8, 3)
IMAGES = 24


def head(classes, activation, **options):
    image = keras.Input(SHAPE)
    x = layers.Flatten(name="flatten")(image)
    return keras.Model(image, layers.Dense(classes, activation=activation, name="classes", **options)(x))


def softmax(classes):
    return head(classes, "softmax")


def softmax_layer(classes):
    model = head(classes, None)
    return keras.Model(model.input, layers.Softmax(name="probabilities")(model.output))


def confident(classes):
    """Differences of hundreds between logits: most probabilities are 0 in float32."""
    model = head(classes, "softmax")
    kernel = model.get_layer("classes").kernel
    kernel.assign(300 * kernel)
    return model


def sigmoid(classes):
    """Keras remembers what a sigmoid was computed from, for binary losses, and a categorical cross-entropy of several
    classes takes that for the logits of a softmax: the loss is then not of what the model gives. A multiplication by 1
    makes Keras go by the outputs, as its documentation says."""
    model = head(classes, "sigmoid")
    return keras.Model(model.input, layers.Rescaling(1.0, name="forget")(model.output))


def relu(classes):
    """Many outputs are 0, some above 1: all beyond what a logarithm can take."""
    return head(classes, "relu", bias_initializer=keras.initializers.Constant(0.05))


def linear(classes):
    return head(classes, None)


def tied(classes):
    """The same for every image: six classes share the first place, the others the last."""
    model = head(classes, "softmax", kernel_initializer="zeros")
    model.get_layer("classes").bias.assign(np.arange(classes) < 6)
    return model


def shared_penalised(classes):
    """One layer with a penalty, called twice."""
    image = keras.Input(SHAPE)
    x = layers.Flatten(name="flatten")(image)
    x = layers.Dense(12, activation="tanh", name="first")(x)
    shared = layers.Dense(12, activation="tanh", kernel_regularizer=keras.regularizers.L1L2(1e-3, 1e-2), name="shared")
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="classes")(shared(shared(x))))


def base():
    image = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, kernel_regularizer=keras.regularizers.L2(0.01), name="conv")(image)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.Activation("tanh", name="tanh")(x)
    return keras.Model(image, x, name="base")


def nested(classes, frozen):
    inner = base()
    norm = inner.get_layer("bn")
    norm.moving_mean.assign(np.linspace(-0.3, 0.3, 4))
    norm.moving_variance.assign(np.linspace(0.5, 1.5, 4))
    inner.trainable = not frozen
    image = keras.Input(SHAPE)
    x = layers.Flatten(name="flatten")(inner(image))
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="classes")(x))


def frozen_base(classes):
    """Batch normalisation and a penalty inside a model that is frozen as a whole."""
    return nested(classes, True)


def nested_base(classes):
    return nested(classes, False)


MODELS = {
    build.__name__: build
    for build in (
        softmax,
        softmax_layer,
        confident,
        sigmoid,
        relu,
        linear,
        tied,
        shared_penalised,
        frozen_base,
        nested_base,
    )
}


def compile_as(case, model):
    if case["loss"] == "sparse":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=case["logits"])
        metrics = [
            keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
            keras.metrics.SparseTopKCategoricalAccuracy(min(5, case["classes"]), name="top5"),
        ]
    else:
        loss = (
            keras.losses.MeanSquaredError()
            if case["loss"] == "squared"
            else keras.losses.CategoricalCrossentropy(
                from_logits=case["logits"], label_smoothing=case["smoothing"]
            )
        )
        metrics = [
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.TopKCategoricalAccuracy(min(5, case["classes"]), name="top5"),
        ]
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=metrics)


def penalty(model):
    return float(sum(model.losses, 0.0))


def run(case, folder):
    keras.utils.set_random_seed(1)
    model = MODELS[case["model"]](case["classes"])
    compile_as(case, model)
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (IMAGES, *SHAPE)).astype(np.float32)
    classes = random.integers(0, case["classes"], IMAGES)
    targets = classes if case["loss"] == "sparse" else keras.utils.to_categorical(classes, case["classes"])
    save(folder, case, "weights", arrays_of(model))
    found = {"images": images, "classes": classes}
    measured = model.evaluate(images / 255, targets, batch_size=10, verbose=0, return_dict=True)
    found |= measured | {"penalty": penalty(model)}
    model.reset_metrics()
    step = model.train_on_batch(images / 255, targets, return_dict=True)
    found |= {f"step/{name}": value for name, value in step.items()}
    save(folder, case, "run", found | weights_of(model, "after"))


if __name__ == "__main__":
    answer(__doc__, run)
