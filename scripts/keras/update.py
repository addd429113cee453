"""How Keras updates weights: what the tests hold the graph engine's optimizers and their settings against.

    update.py FOLDER < cases.json

Reads a list of cases from standard input:

    {"id": ..., "network": ..., "options": {...},         as for reference.py
     "optimizer": {"class_name": "Lion", "config": {...}}, of keras.optimizers, or ConvolutionMuon
     "groups": [{"layers": ["conv1"], "rate": 0.1, "frozen": 2}],
     "lookahead": {"steps": 3, "share": 0.5},               or "share": {"final": 0.2, "power": 3}: it falls from 1
     "batch": 8, "steps": 50}

and writes for each into FOLDER:

    ID-weights.npz  all weights, by layer, before the first step
    ID-run.npz      images (bytes), classes, and all weights after the first step (first/...) and the last (after/...);
                    averages of the weights after the last one (average/...) if the optimizer keeps them

Step i trains on images i·batch to (i + 1)·batch. Layers in a group have an optimizer of their own, whose learning rate is
multiplied by "rate", and which begins after "frozen" steps; all others have another.

A case {"id": ..., "schedule": {"class_name": ..., "config": {...}}, "steps": 100} writes the rates of these steps.
"""

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from answers import answer, save, weights_of
from export_weights import arrays_of
from keras import ops
from reference import NETWORKS
from training import draw_examples

WHOLE = {"gradient_accumulation_steps", "ns_steps", "first_decay_steps"}


class ConvolutionMuon(keras.optimizers.Muon):
    """Muon that takes the kernels of convolutions as matrices too, which Keras leaves to Adam."""

    def _should_use_adamw(self, variable):
        if len(variable.shape) <= 2:
            return super()._should_use_adamw(variable)
        return any(keyword in variable.path for keyword in self.exclude_layers)

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        g = ops.add(gradient, self.momentum * m) if self.nesterov else m
        matrix = ops.reshape(g, (-1, variable.shape[-1]))
        update = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, ops.reshape(update, variable.shape))


def settings(config):
    """JSON has one kind of number; Keras insists on floats in some places, and on whole numbers in others."""
    return {
        name: float(value) if type(value) is int and name not in WHOLE else value for name, value in config.items()
    }


class Group:
    """Some of the weights, and the optimizer that updates them."""

    def __init__(self, optimizer, weights, rate=1, frozen=0):
        kind = {"ConvolutionMuon": ConvolutionMuon}.get(optimizer["class_name"])
        config = settings(optimizer["config"])
        config["learning_rate"] *= rate
        self.optimizer = (kind or getattr(keras.optimizers, optimizer["class_name"]))(**config)
        self.optimizer.build(weights)
        self.weights = weights
        self.frozen = frozen


def groups_of(case, model):
    def weights(layers):
        return [weight for layer in layers for weight in layer.trainable_weights]

    chosen = [(group, [model.get_layer(name) for name in group["layers"]]) for group in case.get("groups", [])]
    others = [layer for layer in model.layers if not any(layer in layers for _, layers in chosen)]
    groups = [Group(case["optimizer"], weights(others))]
    return groups + [
        Group(case["optimizer"], weights(layers), group["rate"], group["frozen"]) for group, layers in chosen
    ]


def train(case, folder):
    keras.utils.set_random_seed(1)
    model = NETWORKS[case["network"]](case["options"])
    batch, steps = case["batch"], case["steps"]
    images, classes = draw_examples(model.input_shape[1:], batch * steps, np.random.default_rng(1))
    save(folder, case, "weights", arrays_of(model))
    groups = groups_of(case, model)
    loss_of = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def step(pixels, labels, number):
        active = [group for group in groups if number >= group.frozen]
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(tf.cast(pixels, tf.float32) / 255, training=True))
        gradients = tape.gradient(loss, [[weight.value for weight in group.weights] for group in active])
        for group, found in zip(active, gradients):
            group.optimizer.apply(found, group.weights)

    # tf.function traces anew for each number, and only these differ.
    starts = sorted({group.frozen for group in groups})
    lookahead = case.get("lookahead")
    slow = [weight.numpy() for weight in model.trainable_weights]
    data = {"images": images, "classes": classes}
    for i in range(steps):
        part = slice(i * batch, (i + 1) * batch)
        step(images[part], classes[part], max(start for start in starts if start <= i))
        if lookahead and (i + 1) % lookahead["steps"] == 0:
            share = share_of(lookahead["share"], (i + 1) / steps)
            pairs = zip(slow, model.trainable_weights)
            slow = [old + share * (weight.numpy() - old) for old, weight in pairs]
            for weight, value in zip(model.trainable_weights, slow):
                weight.assign(value)
        if i == 0:
            data |= weights_of(model, "first")
    data |= weights_of(model, "after")
    for group in groups:
        if group.optimizer.use_ema:
            group.optimizer.finalize_variable_values(group.weights)
    if case["optimizer"]["config"].get("use_ema"):
        data |= weights_of(model, "average")
    save(folder, case, "run", data)


def share_of(share, done):
    if not isinstance(share, dict):
        return share
    kept = (1 - share["final"]) * done ** share["power"]
    return 1 - kept


def rates(case, folder):
    kind = getattr(keras.optimizers.schedules, case["schedule"]["class_name"])
    schedule = kind(**settings(case["schedule"]["config"]))
    save(folder, case, "run", {"rates": [schedule(step) for step in range(case["steps"])]})


def run(case, folder):
    (rates if "schedule" in case else train)(case, folder)


if __name__ == "__main__":
    answer(__doc__, run)
