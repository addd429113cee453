"""Keras on JAX as a contender of the bench (see bench_serve.py): the whole step as one jitted function, whose state
is donated, with the images held by the device.

    bench_jax.py < questions
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from bench_serve import serve
from networks import NETWORKS


class Jitted:
    def __init__(self, network, batch, precision, pixels, classes):
        keras.config.set_dtype_policy(precision)
        self.model = NETWORKS[network]({})
        # Cross-entropy from logits, as Keras itself takes it where a model ends in softmax.
        self.model.layers[-1].activation = keras.activations.linear
        self.parameters = self.model.count_params()
        self.optimizer = keras.optimizers.Adam(1e-3)
        self.optimizer.build(self.model.trainable_variables)
        variables = [self.model.trainable_variables, self.model.non_trainable_variables, self.optimizer.variables]
        self.state = [[variable.value for variable in group] for group in variables]
        # JAX may give the memory of what is donated to the new state; the variables must not lose theirs.
        self.state = jax.tree.map(jnp.copy, self.state)
        self.batch = batch
        self.pixels, self.classes = jnp.asarray(pixels), jnp.asarray(classes, jnp.int32)
        self.step = jax.jit(self.one_step, donate_argnums=(0, 1))
        self.done = 0

    def loss(self, trained, others, images, labels):
        logits, others, penalties = self.model.stateless_call(
            trained, others, images, training=True, return_losses=True
        )
        logits = logits.astype(jnp.float32)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
        return sum(penalties, -chosen.mean()), (others, logits)

    def one_step(self, state, totals, pixels, classes, indices):
        trained, others, slots = state
        images = pixels[indices].astype(jnp.float32) / 255
        labels = classes[indices]
        (loss, (others, logits)), gradients = jax.value_and_grad(self.loss, has_aux=True)(
            trained, others, images, labels
        )
        trained, slots = self.optimizer.stateless_apply(slots, gradients, trained)
        hits = (logits.argmax(1) == labels).sum()
        return [trained, others, slots], totals + jnp.stack([loss, hits.astype(jnp.float32)])

    def train(self, steps):
        totals = jnp.zeros(2)
        for _ in range(steps):
            start = self.done * self.batch
            indices = np.arange(start, start + self.batch, dtype=np.int32) % len(self.pixels)
            self.state, totals = self.step(self.state, totals, self.pixels, self.classes, indices)
            self.done += 1
        return steps * self.batch, np.asarray(totals)[0] / steps


def reset():
    keras.backend.clear_session()
    jax.clear_caches()


if __name__ == "__main__":
    serve(
        Jitted,
        f"JAX {jax.__version__}, Keras {keras.__version__}",
        device="GPU" if jax.default_backend() == "gpu" else "CPU",
        precisions=["float32", "mixed_bfloat16"],
        reset=reset,
    )
