"""The operations that have kernels for a GPU, read from the registry of the TensorFlow that is imported.

    kernels.py COMMAND > kernels.json

TensorFlow's wheel with CUDA registers its kernels without a card, a driver or CUDA's libraries. Of each kernel this
keeps what decides where a node runs and what is copied: the types that it takes, and the arguments that it keeps in the
host's memory. Kernels for any device (DEFAULT) are those of a GPU where it has none of its own; kernels that a node has
to ask for by a label are left out. COMMAND is written into the result, as the way to make it anew.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf
from tensorflow.python.framework import kernels, op_def_registry

# The types of lib/graph/types.ts.
TYPES = ("bfloat16", "bool", "float32", "float64", "int16", "int32", "int64", "resource", "uint64", "uint8")


def known_types(constraint):
    names = (tf.dtypes.as_dtype(value).name for value in constraint.allowed_values.list.type)
    return frozenset(name for name in names if name in TYPES)


def read_kernels():
    """By operation: a list of (types by attribute, host-memory arguments)."""
    found = {}
    # A device's own kernels come before those for any device, and of its own those of higher priority.
    usable = (k for k in kernels.get_all_registered_kernels().kernel if k.device_type in ("GPU", "DEFAULT"))
    for kernel in sorted(usable, key=lambda k: (k.device_type == "DEFAULT", -k.priority)):
        types = {constraint.name: known_types(constraint) for constraint in kernel.constraint}
        if kernel.label or not all(types.values()):
            continue
        of_op = found.setdefault(kernel.op, [])
        if not any(types == others for others, _host in of_op):
            of_op.append((types, frozenset(kernel.host_memory_arg)))
    return found


def merge(of_op):
    """Joins kernels that differ in the types of one attribute."""
    for attribute in sorted({name for types, _host in of_op for name in types}):
        groups = {}
        for types, host in of_op:
            others = tuple(sorted((name, value) for name, value in types.items() if name != attribute))
            key = (attribute in types, host, tuple((name, tuple(sorted(value))) for name, value in others))
            if key in groups and attribute in types:
                groups[key][0][attribute] |= types[attribute]
            else:
                groups[key] = (dict(types), host)
        of_op = list(groups.values())
    return of_op


def arguments(args):
    """Names; a list's name is followed by `*` and the attribute that holds its length."""
    if any(arg.type_list_attr for arg in args):
        return None
    return [f"{arg.name}*{arg.number_attr}" if arg.number_attr else arg.name for arg in args]


def entry(op, of_op):
    kernel_list = [
        {
            "types": {name: sorted(value) for name, value in sorted(types.items())},
            **({"host": sorted(host)} if host else {}),
        }
        for types, host in merge(of_op)
    ]
    if not any("host" in kernel for kernel in kernel_list):
        return {"kernels": kernel_list}
    definition = op_def_registry.get(op)
    inputs, outputs = arguments(definition.input_arg), arguments(definition.output_arg)
    # Nothing in lib/graph has lists of several types.
    if inputs is None or outputs is None:
        return None
    return {"inputs": inputs, "outputs": outputs, "kernels": kernel_list}


def main():
    entries = {op: entry(op, of_op) for op, of_op in sorted(read_kernels().items())}
    lines = [f'    "{op}": {json.dumps(value)}' for op, value in entries.items() if value is not None]
    head = f'  "tensorflow": {json.dumps(tf.__version__)},\n  "madeBy": {json.dumps(sys.argv[1])},\n'
    sys.stdout.write("{\n" + head + '  "operations": {\n' + ",\n".join(lines) + "\n  }\n}\n")


main()
