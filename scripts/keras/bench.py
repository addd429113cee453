"""Keras on TensorFlow as contenders of the bench (see bench_serve.py).

    bench.py keras    model.fit
    bench.py limit    the same step by TensorFlow's autodiff, as one graph: images held by the graph, fed indices,
                      TensorFlow's own one-operation Adam
"""

import sys

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from bench_serve import serve
from networks import NETWORKS


class Fit:
    """What a user of Keras writes: float images, compile, fit."""

    def __init__(self, network, batch, precision, pixels, classes):
        keras.config.set_dtype_policy(precision)
        self.model = NETWORKS[network]({})
        self.model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        self.parameters = self.model.count_params()
        self.batch = batch
        self.images = pixels.astype(np.float32) / 255
        self.classes = classes

    def train(self, steps):
        """At most all images at a time, so that long runs are several epochs, as fit is made for."""
        count = steps * self.batch
        epochs = -(-count // len(self.images))
        per_epoch = count // epochs
        history = self.model.fit(
            self.images[:per_epoch],
            self.classes[:per_epoch],
            batch_size=self.batch,
            epochs=epochs,
            verbose=0,
        )
        return per_epoch * epochs, history.history["loss"][-1]


class Limit:
    """The step of the graph engine, as TensorFlow's own tools make it."""

    def __init__(self, network, batch, precision, pixels, classes):
        keras.config.set_dtype_policy(precision)
        self.model = NETWORKS[network]({})
        self.parameters = self.model.count_params()
        self.batch = batch
        self.count = len(pixels)
        self.images = tf.Variable(pixels)
        self.classes = tf.Variable(classes.astype(np.int32))
        self.logits = self.without_softmax()
        self.slots = [[tf.Variable(tf.zeros_like(weight)) for _ in range(2)] for weight in self.weights()]
        self.totals = tf.Variable(tf.zeros(3))
        self.done = 0

    def without_softmax(self):
        """Cross-entropy from logits, as both Keras and the graph engine take it where a model ends in softmax."""
        head = self.model.layers[-1]
        head.activation = keras.activations.linear
        return self.model

    def weights(self):
        return [weight.value for weight in self.model.trainable_variables]

    @tf.function(reduce_retracing=True)
    def step(self, indices, number):
        pixels = tf.cast(tf.gather(self.images, indices), tf.float32) / 255
        labels = tf.gather(self.classes, indices)
        weights = self.weights()
        with tf.GradientTape() as tape:
            logits = tf.cast(self.logits(pixels, training=True), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses) + sum(self.model.losses)
        count = tf.cast(number, tf.float32) + 1
        for weight, (m, v), gradient in zip(weights, self.slots, tape.gradient(loss, weights)):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=0.9**count,
                beta2_power=0.999**count,
                lr=1e-3,
                beta1=0.9,
                beta2=0.999,
                epsilon=1e-7,
                grad=gradient,
            )
        hits = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(logits, 1, tf.int32), labels), tf.float32))
        topFive = tf.reduce_sum(tf.cast(tf.nn.in_top_k(labels, logits, 5), tf.float32))
        self.totals.assign_add([loss, hits, topFive])

    def train(self, steps):
        self.totals.assign([0.0, 0.0, 0.0])
        for _ in range(steps):
            start = self.done * self.batch
            indices = np.arange(start, start + self.batch, dtype=np.int32) % self.count
            self.step(tf.constant(indices), tf.constant(self.done))
            self.done += 1
        return steps * self.batch, self.totals.numpy()[0] / steps


if __name__ == "__main__":
    kinds = {"keras": Fit, "limit": Limit}
    if len(sys.argv) != 2 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    serve(
        kinds[sys.argv[1]],
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        device="GPU" if tf.config.list_physical_devices("GPU") else "CPU",
        precisions=["float32", "mixed_bfloat16"],
        reset=keras.backend.clear_session,
    )
