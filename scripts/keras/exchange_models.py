"""Models of Keras for the tests of lib/exchange, with what they answer to a few images.

    exchange_models.py FOLDER < cases.json

A case has an "id", the name of one of MODELS, of layer_models.py's, or "own" for a model with a layer of a user's own, and
an "ending": keras or h5. Written are ID.keras or ID.h5; what read_model.py makes of it, ID-network.json and ID-weights.npz,
or ID-problem.txt; and ID-step.npz, with `images`, from 0 to 1, and `probabilities`.
"""

import environment  # noqa: F401  (before Keras)

import keras
import layer_models
import numpy as np
import read_model
import training
from answers import answer, save, take_statistics
from keras import layers


def mobilenet():
    model = keras.applications.MobileNet(weights=None, alpha=0.25, input_shape=(32, 32, 3), classes=10)
    # Weights without training magnify what float32 rounds off from layer to layer; smaller logits take that back.
    kernel = model.get_layer("conv_preds").kernel
    kernel.assign(0.25 * kernel)
    return model


def sequential():
    """What else Keras writes in ways of its own: penalties, constraints, names of activations, pools that keep axes."""
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Rescaling(2.0, offset=-1.0),
            layers.Conv2D(8, 3, kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(2), activation="silu"),
            layers.ZeroPadding2D(((0, 1), (1, 0))),
            layers.SeparableConv2D(12, 3, strides=2, activation="relu6", depthwise_initializer=keras.initializers.HeNormal()),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.1),
            keras.Sequential([keras.Input((7, 7, 12)), layers.Conv2D(10, 1, activation="gelu")], name="inner"),
            layers.GaussianNoise(0.1),
            layers.AveragePooling2D(2, padding="same"),
            layers.GlobalMaxPooling2D(keepdims=True),
            layers.Flatten(),
            layers.Dense(10),
            layers.Softmax(),
        ],
        name="in_a_row",
    )


@keras.saving.register_keras_serializable("tests")
class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


def own():
    return keras.Sequential([keras.Input((8, 8, 3)), Doubled(name="twice"), layers.Flatten(), layers.Dense(10)])


MODELS = {build.__name__: build for build in (mobilenet, sequential, own)}


def stir(model, images, random):
    """Weights that make answers differ from image to image, and moving statistics that are these images'."""
    for weight in model.trainable_weights:
        if len(weight.shape) == 1:
            weight.assign(weight + random.normal(0, 0.1, weight.shape))
    norms = [layer for layer in model._flatten_layers() if isinstance(layer, layers.BatchNormalization)]
    take_statistics(model, norms, images)


def run(case, folder):
    random = np.random.default_rng(1)
    keras.utils.set_random_seed(1)
    name = case["id"]
    model = MODELS[name]() if name in MODELS else layer_models.MODELS[name](None)
    images = training.draw_examples(model.input_shape[1:], 64, random)[0].astype(np.float32) / 255
    stir(model, images, random)
    images = images[:16]
    file = folder / f"{name}.{case['ending']}"
    model.save(file)
    try:
        read_model.read(file, folder / f"{name}-network.json", folder / f"{name}-weights.npz")
    except SystemExit as problem:
        (folder / f"{name}-problem.txt").write_text(str(problem))
    save(folder, case, "step", {"images": images, "probabilities": model(images, training=False)})


if __name__ == "__main__":
    answer(__doc__, run)
