"""What Keras makes of the networks: the reference that the tests hold the TypeScript ones against.

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

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from answers import answer, save, take_statistics
from export_weights import arrays_of, as_float32, weights_by_key
from keras import layers
from networks import NETWORKS

IMAGES = 32
STEP_IMAGES = 4

# By how much the pixels and weights are moved to see whether the gradient stands still, how often, and what counts as still.
NUDGE = 1e-6
NUDGES = 4
STILL = 2e-4

SEEDS = 60


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
    if classifier.use_bias:
        classifier.bias.assign(random.normal(0, 0.1, classifier.units) - logits.mean(axis=0) / spread)


def uses(model, activation):
    return any(layer.get_config().get("activation") == activation for layer in model.layers)


def draw_moving_statistics(model, images, random):
    """Near the batch's own."""
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    take_statistics(model, norms, images)
    for layer in norms:
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


def run(case, folder):
    found = next(filter(None, (attempt(case, seed) for seed in range(1, SEEDS + 1))), None)
    if found is None:
        sys.exit(f"{case['id']}: Keras's gradient stands still for none of {SEEDS} seeds")
    model, weights, step = found
    (folder / f"{case['id']}.json").write_text(json.dumps(model))
    save(folder, case, "weights", weights)
    save(folder, case, "step", step)


if __name__ == "__main__":
    answer(__doc__, run)
