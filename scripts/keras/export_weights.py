"""Writes the weights of a Keras model as an .npz, which the TypeScript side reads without Keras.

    export_weights.py MODEL.keras WEIGHTS.npz

MODEL is a whole model (.keras or .h5). The .npz holds one float32 array for each weight, moving statistics of
batch normalisation included, under the name "layer/weight": "stage2_block1_conv1/kernel", "stem_bn/gamma".
"""

import sys
from pathlib import Path

import keras
import numpy as np


def leaves(layer):
    """The layers that hold weights themselves, those of nested models included."""
    if isinstance(layer, keras.Model):
        for inner in layer.layers:
            yield from leaves(inner)
    else:
        yield layer


def weights_by_name(model):
    weights = {}
    for layer in leaves(model):
        for weight in layer.weights:
            name = f"{layer.name}/{weight.name}"
            if name in weights:
                raise ValueError(f'two weights of "{model.name}" are called "{name}"')
            weights[name] = weight
    return weights


def arrays_of(model):
    return {name: as_float32(weight) for name, weight in weights_by_name(model).items()}


def as_float32(tensor):
    return keras.ops.convert_to_numpy(tensor).astype(np.float32)


def main(arguments):
    if len(arguments) != 2 or not arguments[1].endswith(".npz"):
        sys.exit(__doc__)
    source, target = map(Path, arguments)
    if source.name.endswith(".weights.h5"):
        sys.exit(f"{source} holds weights without their layers; save the whole model (.keras)")
    np.savez(target, **arrays_of(keras.saving.load_model(source, compile=False)))


if __name__ == "__main__":
    main(sys.argv[1:])
