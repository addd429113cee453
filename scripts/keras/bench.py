"""Keras as contenders of the bench (see lib/bench/protocol.ts): questions on standard input, answers on standard output.

    bench.py keras    model.fit
    bench.py limit    the same step by TensorFlow's autodiff, as one graph: images held by the graph, fed indices,
                      TensorFlow's own one-operation Adam
"""

import json
import sys
import time

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
import tensorflow as tf
from reference import NETWORKS

IMAGES = 10_000


class Fit:
    """What a user of Keras writes: float images, compile, fit."""

    def __init__(self, network, batch, pixels, classes):
        self.model = NETWORKS[network]({})
        self.model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        self.batch = batch
        self.images = pixels.astype(np.float32) / 255
        self.classes = classes

    def train(self, steps):
        """At most all images at a time, so that long runs are several epochs, as fit is made for."""
        count = steps * self.batch
        epochs = -(-count // IMAGES)
        per_epoch = count // epochs
        self.model.fit(
            self.images[:per_epoch],
            self.classes[:per_epoch],
            batch_size=self.batch,
            epochs=epochs,
            verbose=0,
        )
        return per_epoch * epochs


class Limit:
    """The step of the graph engine, as TensorFlow's own tools make it."""

    def __init__(self, network, batch, pixels, classes):
        self.model = NETWORKS[network]({})
        self.batch = batch
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
            logits = self.logits(pixels, training=True)
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
        for _ in range(steps):
            start = self.done * self.batch
            indices = np.arange(start, start + self.batch, dtype=np.int32) % IMAGES
            self.step(tf.constant(indices), tf.constant(self.done))
            self.done += 1
        self.totals.numpy()
        return steps * self.batch


def serve(kind):
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    classes = random.integers(0, 10, IMAGES)
    contender = None
    for line in sys.stdin:
        question = json.loads(line)
        start = time.perf_counter()
        try:
            match question["ask"]:
                case "describe":
                    answer = {"description": f"TensorFlow {tf.__version__}, Keras {keras.__version__}"}
                case "prepare":
                    keras.backend.clear_session()
                    contender = kind(question["network"], question["batch"], pixels, classes)
                    contender.train(1)
                    answer = {"seconds": time.perf_counter() - start}
                    contender.train(3)
                case "train":
                    images = contender.train(question["steps"])
                    answer = {"images": images, "seconds": time.perf_counter() - start}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    kinds = {"keras": Fit, "limit": Limit}
    if len(sys.argv) != 2 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    serve(kinds[sys.argv[1]])
