"""Keras's own training of models with several inputs and outputs.

    several.py FOLDER < cases.json

Reads a list of cases from standard input:

    {"id": ..., "model": "plain" | "nested", "output_weights": [1, 0.3] or null, "batch": 8, "steps": 50}

and writes for each into FOLDER:

    ID-weights.npz  all weights, by layer, before the first step
    ID-run.npz      images (bytes), classes and facts (the second input); the loss and the accuracy of every step; all
                    weights after the first and after the last one; and the loss and the accuracy of `evaluate` on all
                    images, by then

Step i is `train_on_batch` with images i·batch to (i + 1)·batch and Adam. Everything is Keras's own, compiled as `fit`
compiles it.
"""

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
from answers import answer, save, train_in_batches
from export_weights import arrays_of
from keras import layers
from training import CLASSES, draw_examples

SHAPE = (8, 8, 3)
FACTS = 5


def classifier(name):
    return layers.Dense(CLASSES, activation="softmax", name=name)


def plain():
    """A convolution with an auxiliary classifier of its features; the main one sees the facts as well."""
    image = keras.Input(SHAPE, name="image")
    facts = keras.Input((FACTS,), name="facts")
    features = layers.Conv2D(6, 3, activation="tanh", name="conv")(image)
    features = layers.Flatten(name="flatten")(layers.BatchNormalization(name="norm")(features))
    more = layers.Dense(4, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01), name="more")(facts)
    both = layers.Concatenate(name="both")([features, more])
    hidden = layers.Dense(12, activation="tanh", name="hidden")(both)
    return keras.Model([facts, image], [classifier("main")(hidden), classifier("auxiliary")(features)])


def nested():
    """The same idea with a nested model that has two inputs and two outputs, called twice."""
    left, right = keras.Input((6,), name="left"), keras.Input((FACTS,), name="right")
    joined = layers.Concatenate(name="joined")([left, right])
    first = layers.Dense(6, activation="tanh", name="first")(joined)
    second = layers.Dense(FACTS, activation="tanh", name="second")(joined)
    block = keras.Model([left, right], [first, second], name="block")
    image = keras.Input(SHAPE, name="image")
    facts = keras.Input((FACTS,), name="facts")
    features = layers.Dense(6, activation="tanh", name="features")(layers.Flatten(name="flatten")(image))
    a, b = block(block([features, facts]))
    return keras.Model([image, facts], [classifier("main")(a), classifier("auxiliary")(b)])


MODELS = {"plain": plain, "nested": nested}


def run(case, folder):
    keras.utils.set_random_seed(1)
    model = MODELS[case["model"]]()
    random = np.random.default_rng(1)
    images, classes = draw_examples(SHAPE, case["batch"] * case["steps"], random)
    facts = random.normal(size=(len(classes), FACTS)).astype(np.float32)
    facts[:, 0] += classes / 5
    model.compile(
        keras.optimizers.Adam(),
        ["sparse_categorical_crossentropy"] * 2,
        loss_weights=case["output_weights"],
        metrics=[["accuracy"], []],
    )
    save(folder, case, "weights", arrays_of(model))

    def inputs(part):
        return {"image": images[part].astype(np.float32) / 255, "facts": facts[part]}

    def step(part):
        return model.train_on_batch(inputs(part), [classes[part]] * 2, return_dict=True)

    steps, trained = train_in_batches(model, case, step)
    found = {"images": images, "classes": classes, "facts": facts} | trained
    found["losses"] = [logs["loss"] for logs in steps]
    found["accuracies"] = [logs["main_accuracy"] for logs in steps]
    logs = model.evaluate(inputs(slice(None)), [classes] * 2, batch_size=len(classes), verbose=0, return_dict=True)
    found |= {"loss": logs["loss"], "accuracy": logs["main_accuracy"]}
    save(folder, case, "run", found)


if __name__ == "__main__":
    answer(__doc__, run)
