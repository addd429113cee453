"""Writes the weights of a Keras model as an .npz, which the TypeScript side reads without Keras.

    export_weights.py MODEL.keras WEIGHTS.npz

MODEL is a whole model (.keras or .h5). The .npz holds one float32 array for each weight, moving statistics of
batch normalisation included, under the name "layer/weight": "stage2_block1_conv1/kernel", "stem_bn/gamma". Where
nested models have layers of the same name, theirs come in front: "encoder/conv/kernel".
"""

import sys
from collections import Counter
from pathlib import Path

import keras
import numpy as np


def leaves(model, within=()):
    """The layers that hold weights themselves, each with the names of the nested models around it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaves(layer, (*within, layer.name))
        else:
            yield layer, within


def weights_by_key(model):
    """The weights by the rule of lib/models/weights/keys.ts: "layer/weight", and only where nested models repeat each
    other's names, those of the models in front of it."""
    named = {}
    for layer, within in leaves(model):
        for weight in layer.weights:
            name = f"{layer.name}/{weight_name(layer, weight)}"
            named.setdefault(id(weight), (weight, name, "/".join((*within, name))))
    uses = Counter(name for _, name, _ in named.values())
    weights = {name: weight for weight, name, _ in named.values() if uses[name] == 1}
    for weight, name, path in named.values():
        if uses[name] == 1:
            continue
        key, number = path, 2
        while key in weights:
            key, number = f"{path}_{number}", number + 1
        weights[key] = weight
    return weights


def weight_name(layer, weight):
    """As in tfjs, which keeps Keras 2's name for the kernels of depthwise convolutions."""
    is_depthwise = isinstance(layer, (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D))
    return "depthwise_kernel" if is_depthwise and weight.name == "kernel" else weight.name


def arrays_of(model):
    return {name: as_float32(weight) for name, weight in weights_by_key(model).items()}


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
