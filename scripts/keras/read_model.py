"""Reads a Keras model (.keras or .h5) into JSON and an .npz, for the TypeScript side.

    read_model.py MODEL NETWORK.json WEIGHTS.npz

NETWORK.json is what lib/exchange/description.ts describes; WEIGHTS.npz is export_weights.py's.
"""

import environment  # noqa: F401  (before Keras)

import json
import sys
import zipfile

import h5py
import keras
import numpy as np
from export_weights import arrays_of


def written_config(file):
    """The model as the file itself has it, before Keras makes anything of it."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if "config.json" not in archive.namelist():
                sys.exit("it holds no config.json: it is no file of Keras 3")
            return json.loads(archive.read("config.json"))
    if h5py.is_hdf5(file):
        with h5py.File(file) as archive:
            config = archive.attrs.get("model_config")
        if config is None:
            sys.exit("it holds weights without their layers; save the whole model (model.save)")
        return json.loads(config)
    sys.exit("it is neither a .keras nor an HDF5 file, or it is damaged")


def layers_in(config):
    """Names and classes of all layers, those within models included."""
    for layer in config.get("layers", []):
        inner = layer["config"]
        yield inner.get("name", layer.get("name", "")), layer["class_name"]
        yield from layers_in(inner)


def refuse_own(config):
    """Classes that Keras does not have, and functions, which it would run: neither can come along."""
    if "layers" not in config.get("config", {}):
        sys.exit(f'its model is of the class {config.get("class_name")}; Sequential and Functional ones can be read')
    for name, kind in layers_in(config["config"]):
        if kind in ("Functional", "Model", "Sequential"):
            continue
        if kind == "Lambda" or not hasattr(keras.layers, kind):
            own = "runs a function of its own" if kind == "Lambda" else "is none of Keras's own"
            sys.exit(f'its layer "{name}", a {kind}, {own}; only layers that tfjs and Keras share can be read')


def places(value):
    """The tensors that a call is given, in their order."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return [value["config"]["keras_history"]]
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [place for each in value for place in places(each)]
    return []


# What a call may be given besides tensors: that it is no training, and that there is no mask.
HARMLESS = (None, False)


def call_of(layer, node):
    odd = [key for key, value in node["kwargs"].items() if not places(value) and value not in HARMLESS]
    if odd:
        sys.exit(f'its layer "{layer}" is called with {", ".join(odd)}, which tfjs does not take')
    return places(node["args"]) + places(node["kwargs"])


def settings_of(layer):
    config = layer.get_config()
    config.pop("name", None)
    policy = config.pop("dtype", None)
    if isinstance(layer, keras.layers.InputLayer):
        config["dtype"] = policy
    return config


def described_layer(layer, calls):
    inner = isinstance(layer, keras.Model)
    return {
        "name": layer.name,
        "type": type(layer).__name__,
        "settings": {} if inner else settings_of(layer),
        "calls": calls,
        **({"inner": described(layer)} if inner else {"outputShape": output_shape(layer)}),
    }


def output_shape(layer):
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):
        return None
    return list(shape)


def described(model):
    if isinstance(model, keras.Sequential):
        if not model.built:
            sys.exit(f'"{model.name}" does not know its input yet: call it once, or begin it with an Input, and save it again')
        first = keras.layers.InputLayer(batch_shape=model.inputs[0].shape, dtype=model.inputs[0].dtype, name=f"{model.name}_input")
        layers = [first, *model.layers]
        return {
            **{"name": model.name, "kind": "Sequential", "inputs": [], "outputs": []},
            "layers": [described_layer(layer, []) for layer in layers],
        }
    config = model.get_config()
    nodes = {layer["name"]: layer["inbound_nodes"] for layer in config["layers"]}
    calls = {name: [call_of(name, node) for node in each] for name, each in nodes.items()}
    inputs, outputs = (places_in(config[f"{end}_layers"]) for end in ("input", "output"))
    return {
        **{"name": model.name, "kind": "Functional", "inputs": inputs, "outputs": outputs},
        "layers": [described_layer(layer, calls[layer.name]) for layer in model.layers],
    }


def places_in(ends):
    """Keras writes one place, a list, or a dictionary of them."""
    if isinstance(ends, dict):
        return [place for each in ends.values() for place in places_in(each)]
    if len(ends) == 3 and isinstance(ends[0], str):
        return [list(ends)]
    return [place for each in ends for place in places_in(each)]


def read(source, network, weights):
    refuse_own(written_config(source))
    model = keras.saving.load_model(source, compile=False)
    with open(network, "w") as file:
        json.dump(described(model), file)
    np.savez(weights, **arrays_of(model))


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    read(*arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
