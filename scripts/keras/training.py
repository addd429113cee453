"""Keras's own training, step by step: what the tests hold the graph engine's optimizers and losses against.

    training.py FOLDER < cases.json

Reads a list of cases from standard input:

    {"id": ..., "network": ..., "options": {...},         as for reference.py
     "optimizer": {"class_name": "SGD", "config": {...}}, of keras.optimizers
     "loss": "sparse" | "smooth" | "squared", "smoothing": 0.1,
     "batch": 8, "steps": 50}

and writes for each into FOLDER:

    ID-weights.npz  all weights, by layer, before the first step
    ID-run.npz      images (bytes), classes, the loss of every step, and all weights after the last one

Step i trains on images i·batch to (i + 1)·batch.
"""

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from answers import answer, save, weights_of
from export_weights import arrays_of
from networks import NETWORKS

CLASSES = 10


def draw_examples(shape, count, random):
    """A pattern for each class, under noise: something that a few steps learn a good part of."""
    height, width, channels = shape
    coarse = random.uniform(0, 1, (CLASSES, 4, 4, channels))
    patterns = coarse[:, np.arange(height) * 4 // height][:, :, np.arange(width) * 4 // width]
    classes = random.integers(0, CLASSES, count)
    pixels = 0.5 * patterns[classes] + 0.5 * random.uniform(0, 1, (count, *shape))
    return np.round(255 * pixels).astype(np.uint8), classes


def loss_of(case, classes, predicted):
    one_hot = tf.one_hot(classes, CLASSES)
    match case["loss"]:
        case "sparse":
            return keras.losses.SparseCategoricalCrossentropy()(classes, predicted)
        case "smooth":
            return keras.losses.CategoricalCrossentropy(label_smoothing=case["smoothing"])(one_hot, predicted)
        case "squared":
            return keras.losses.MeanSquaredError()(one_hot, predicted)


def as_number(value):
    """JSON has one kind of number; Keras insists on floats."""
    return value if isinstance(value, bool) else float(value)


def run(case, folder, networks=NETWORKS):
    keras.utils.set_random_seed(1)
    model = networks[case["network"]](case["options"])
    batch, steps = case["batch"], case["steps"]
    images, classes = draw_examples(model.input_shape[1:], batch * steps, np.random.default_rng(1))
    save(folder, case, "weights", arrays_of(model))
    settings = {name: as_number(value) for name, value in case["optimizer"]["config"].items()}
    optimizer = getattr(keras.optimizers, case["optimizer"]["class_name"])(**settings)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(pixels, labels):
        with tf.GradientTape() as tape:
            predicted = model(tf.cast(pixels, tf.float32) / 255, training=True)
            loss = loss_of(case, labels, predicted) + sum(model.losses)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, [weight.value for weight in weights]), weights)
        return loss

    losses = []
    for i in range(steps):
        part = slice(i * batch, (i + 1) * batch)
        losses.append(float(step(images[part], classes[part])))
    data = {"images": images, "classes": classes, "losses": losses}
    save(folder, case, "run", data | weights_of(model, "after"))


if __name__ == "__main__":
    answer(__doc__, run)
