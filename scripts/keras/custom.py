"""Keras's own training with weighted losses and with parts that a user of the graph engine would write.

    custom.py FOLDER < cases.json

Reads a list of cases from standard input:

    {"id": ..., "model": "lenet5" | "squeeze" | "power_mean",
     "loss": "sparse" | "focal",
     "optimizer": {"class_name": "SGD", "config": {...}},  of keras.optimizers
     "class_weights": [...] or null, "sample_weights": true or false,
     "batch": 8, "steps": 50}

and writes for each into FOLDER:

    ID-weights.npz  all weights, by layer, before the first step
    ID-run.npz      images (bytes), classes and sample weights; the loss of every step; all weights after the first and
                    after the last one; and with class weights, what `fit` with these weights says of its validation on
                    the same images

Step i is `train_on_batch` with images i·batch to (i + 1)·batch. Everything is Keras's own, compiled as `fit` compiles it.
"""

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
from answers import answer, save, train_in_batches
from export_weights import arrays_of
from keras import layers, ops
from reference import NETWORKS
from training import CLASSES, as_number, draw_examples


def lenet5():
    return NETWORKS["lenet5"]({"activation": "tanh", "inputShape": [16, 16, 3]})


def squeeze():
    """A convolution, its channels weighted by squeeze and excitation (Hu et al. 2017), and a classifier."""
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, strides=2, activation="tanh", name="conv")(image)
    gates = layers.GlobalAveragePooling2D(name="squeeze")(x)
    gates = layers.Dense(4, activation="relu", name="fewer")(gates)
    gates = layers.Dense(8, activation="sigmoid", name="gates")(gates)
    x = layers.Multiply(name="excite")([x, layers.Reshape((1, 1, 8), name="channels")(gates)])
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(image, layers.Dense(CLASSES, activation="softmax", name="classes")(x))


class PowerMean(layers.Layer):
    """Generalised-mean pooling (Radenović et al. 2018)."""

    def build(self, shape):
        self.power = self.add_weight(name="power", shape=(1,), initializer=keras.initializers.Constant(3.0))

    def call(self, x):
        return ops.mean(ops.maximum(x, 1e-6) ** self.power, axis=(1, 2)) ** (1 / self.power)


def power_mean():
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, activation="sigmoid", name="conv")(image)
    x = PowerMean(name="pool")(x)
    return keras.Model(image, layers.Dense(CLASSES, activation="softmax", name="classes")(x))


MODELS = {"lenet5": lenet5, "squeeze": squeeze, "power_mean": power_mean}

LOSSES = {
    "sparse": keras.losses.SparseCategoricalCrossentropy,
    "focal": keras.losses.CategoricalFocalCrossentropy,
}


def run(case, folder):
    keras.utils.set_random_seed(1)
    model = MODELS[case["model"]]()
    random = np.random.default_rng(1)
    images, classes = draw_examples(model.input_shape[1:], case["batch"] * case["steps"], random)
    targets = classes if case["loss"] == "sparse" else keras.utils.to_categorical(classes, CLASSES)
    weights = random.uniform(0, 2, len(classes)).astype(np.float32)
    settings = {name: as_number(value) for name, value in case["optimizer"]["config"].items()}
    optimizer = getattr(keras.optimizers, case["optimizer"]["class_name"])(**settings)
    model.compile(optimizer, LOSSES[case["loss"]]())
    save(folder, case, "weights", arrays_of(model))

    def weighted(part):
        return {
            "class_weight": case["class_weights"] and dict(enumerate(case["class_weights"])),
            "sample_weight": weights[part] if case["sample_weights"] else None,
        }

    pixels = images.astype(np.float32) / 255

    def step(part):
        return model.train_on_batch(pixels[part], targets[part], **weighted(part))

    losses, trained = train_in_batches(model, case, step)
    found = {"images": images, "classes": classes, "sample_weights": weights, "losses": losses} | trained
    if case["class_weights"]:
        optimizer.learning_rate = 0.0
        validation = {"validation_data": (pixels, targets), "verbose": 0}
        found["validation_loss"] = model.fit(
            pixels, targets, case["batch"], 1, **validation, **weighted(slice(None))
        ).history["val_loss"]
    save(folder, case, "run", found)


if __name__ == "__main__":
    answer(__doc__, run)
