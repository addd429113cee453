"""Writes a network of the library as a file of Keras, a SavedModel or a file of ONNX, and checks what it wrote.

    write_model.py FOLDER...

Each FOLDER holds job.json and the arrays that it names; lib/exchange/write.ts says what is in them. What is written goes
into the same folder, with result.json, which has the largest difference from the library's own outputs. ONNX needs the
environment that lib/exchange/onnx-environment.ts makes.
"""

import environment  # noqa: F401  (before Keras)

import json
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from export_weights import weights_by_key

SERVING = "serving_default"


class Job:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.facts = json.loads((self.folder / "job.json").read_text())

    def __getitem__(self, key):
        return self.facts[key]

    def arrays(self, which):
        """Arrays one after another in one file, by name, as job.json lists them."""
        kind, arrays = {"float32": np.float32, "uint8": np.uint8}, {}
        data, start = (self.folder / f"{which}.bin").read_bytes(), 0
        for entry in self[which]:
            count = int(np.prod(entry["shape"], dtype=np.int64))
            array = np.frombuffer(data, kind[entry["dtype"]], count, start).reshape(entry["shape"])
            arrays[entry["name"]] = array
            start += array.nbytes
        return arrays

    @property
    def target(self):
        return str(self.folder / self["target"])


def built(network):
    if network["kind"] == "Sequential":
        first, *rest = network["layers"]
        return keras.Sequential([input_of(first), *map(layer_of, rest)], name=network["name"])
    tensors, layers = {}, {}
    waiting = []
    for described in network["layers"]:
        name = described["name"]
        if described["type"] == "InputLayer":
            tensors[name, 0, 0] = input_of(described)
            continue
        layers[name] = layer_of(described)
        waiting += [(name, number, call) for number, call in enumerate(described["calls"])]
    while waiting:
        # The calls of a shared layer are counted in their order, so none may come before the one in front of it.
        ready = next(
            (
                (name, number, call)
                for name, number, call in waiting
                if all(tuple(place) in tensors for place in call)
                and (number == 0 or (name, number - 1, 0) in tensors)
            ),
            None,
        )
        if ready is None:
            sys.exit(f'the layers of "{network["name"]}" wait for each other: {[name for name, *_ in waiting]}')
        waiting.remove(ready)
        name, number, call = ready
        given = [tensors[tuple(place)] for place in call]
        outputs = layers[name](given if len(given) > 1 else given[0])
        for position, output in enumerate(outputs if isinstance(outputs, (list, tuple)) else [outputs]):
            tensors[name, number, position] = output
    inputs, outputs = (one_or_all([tensors[tuple(place)] for place in network[end]]) for end in ("inputs", "outputs"))
    return keras.Model(inputs, outputs, name=network["name"])


def one_or_all(values):
    return values[0] if len(values) == 1 else values


def input_of(described):
    settings = described["settings"]
    return keras.Input(batch_shape=settings["batch_shape"], dtype=settings.get("dtype"), name=described["name"])


def layer_of(described):
    if "inner" in described:
        return built(described["inner"])
    return keras.layers.deserialize(
        {
            "module": "keras.layers",
            "class_name": described["type"],
            "config": {"name": described["name"], **described["settings"]},
            "registered_name": None,
        }
    )


def give_weights(model, arrays):
    weights = weights_by_key(model)
    if weights.keys() != arrays.keys():
        sys.exit(f"the weights {sorted(weights.keys() ^ arrays.keys())} are on one side alone")
    for key, weight in weights.items():
        weight.assign(arrays[key])


def serving(model, facts):
    """The network with what its images went through: bytes in; probabilities and the name of the likeliest class out."""
    # Arrays, not tensors: a function takes tensors of its surroundings as inputs, which ONNX then lacks.
    mean, deviation = (np.array(facts[name], np.float32) for name in ("mean", "deviation"))
    names = facts["classNames"]

    class Serving(tf.Module):
        def __init__(self):
            super().__init__("serving")
            self.network = model

        @tf.function(input_signature=[tf.TensorSpec([None, *facts["imageShape"]], tf.uint8, name="images")])
        def probabilities(self, images):
            pixels = (tf.cast(images, tf.float32) / 255 - mean) / deviation
            outputs = self.network(pixels, training=False)
            return {"probabilities": tf.nn.softmax(outputs) if facts["logits"] else tf.identity(outputs)}

        @tf.function(input_signature=[tf.TensorSpec([None, *facts["imageShape"]], tf.uint8, name="images")])
        def serve(self, images):
            found = self.probabilities(images)
            return {**found, "label": tf.gather(names, tf.argmax(found["probabilities"], -1))}

    return Serving()


def as_keras(model, job):
    model.save(job.target)
    written = keras.saving.load_model(job.target, compile=False)
    inputs = list(job.arrays("inputs").values())
    return [np.asarray(each) for each in tf.nest.flatten(written(one_or_all(inputs), training=False))]


def as_savedmodel(model, job):
    module = serving(model, job["serving"])
    tf.saved_model.save(module, job.target, signatures={SERVING: module.serve})
    written = tf.saved_model.load(job.target)
    (images,) = job.arrays("inputs").values()
    found = written.signatures[SERVING](images=tf.constant(images))
    names = job["serving"]["classNames"]
    labels = [label.decode() for label in found["label"].numpy()]
    probabilities = found["probabilities"].numpy()
    if labels != [names[best] for best in probabilities.argmax(-1)]:
        sys.exit(f"its labels are {labels}")
    return [probabilities]


def as_onnx(model, job):
    from onnx_model import convert, run

    module = serving(model, job["serving"])
    convert(module.probabilities, job.target, job["serving"]["classNames"])
    (images,) = job.arrays("inputs").values()
    return [run(job.target, images)]


WRITERS = {"keras": as_keras, "savedmodel": as_savedmodel, "onnx": as_onnx}


def difference(found, expected):
    """The largest, as a share of the largest value if that is above 1, as logits are."""
    # NumPy's maximum, since Python's passes over what is no number.
    return float(
        np.max([np.abs(a - b).max() / np.maximum(1, np.abs(b).max()) for a, b in zip(found, expected, strict=True)])
    )


def main(folders):
    if not folders:
        sys.exit(__doc__)
    for job in map(Job, folders):
        model = built(job["network"])
        give_weights(model, job.arrays("weights"))
        found = WRITERS[job["to"]](model, job)
        off = difference(found, list(job.arrays("outputs").values()))
        # JSON has no NaN.
        result = {"difference": off if np.isfinite(off) else None}
        (job.folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
