"""Traces the training steps of a graph that scripts/profile.ts wrote: op_times.py FOLDER. Prints JSON.

FOLDER holds saved_model.pb, and plan.json with the refs and shapes of its signatures, the batch size, and how many steps
a call and how many calls to trace.
"""

import environment  # noqa: F401

import json
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

v1 = tf.compat.v1


def session_of(folder):
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(saved.meta_graphs[0].graph_def, name="")
    return v1.Session(graph=graph)


def run(session, signature, feeds=(), **options):
    refs = [each["ref"] for each in signature["inputs"]]
    return session.run(signature["outputs"], dict(zip(refs, feeds)), **options)


def random_value(random, each):
    dtype, shape = each["dtype"], each["shape"]
    if dtype == "int32":
        # One number an image is its class; the rest are the bytes of images.
        return random.integers(0, 10 if len(shape) == 1 else 2**31 - 1, shape, dtype=np.int32)
    # Variances are positive, and so is everything else with one dimension.
    values = random.standard_normal(shape) * 0.05
    return (values if len(shape) > 1 else np.ones(shape)).astype(np.float32)


def matrix_rate():
    """Floating-point operations a second in a product of two large matrices."""
    size = 2048
    with tf.Graph().as_default(), v1.Session() as session:
        factor = tf.random.stateless_normal([size, size], [1, 2])
        held = v1.get_variable("factor", initializer=factor)
        session.run(v1.global_variables_initializer())
        product = tf.matmul(held, held).op
        times = []
        for _ in range(8):
            start = time.perf_counter()
            session.run(product)
            times.append(time.perf_counter() - start)
    return 2 * size**3 / np.median(times[2:])


def main(folder):
    plan = json.loads((folder / "plan.json").read_text())
    signatures, batch, steps, calls = (plan[key] for key in ("signatures", "batch", "steps", "calls"))
    random = np.random.default_rng(1)
    session = session_of(folder)
    for name in ("write_weights", "write_slots", "write_images"):
        if name in signatures:
            run(session, signatures[name], [random_value(random, each) for each in signatures[name]["inputs"]])
    run(session, signatures["clear"])

    def feeds(call):
        indices = random.integers(0, plan["images"], (steps, batch), dtype=np.int32)
        # Of each step its number, and the bits of its learning rate.
        numbers = np.full([steps, 2], np.float32(1e-5).view(np.int32))
        numbers[:, 0] = call * steps + np.arange(steps)
        return [indices, numbers]

    for call in range(3):
        run(session, signatures["train"], feeds(call))
    times = []
    for call in range(calls):
        given = feeds(call)
        start = time.perf_counter()
        run(session, signatures["train"], given)
        times.append((time.perf_counter() - start) / steps)
    nodes = {}
    for call in range(calls):
        metadata = v1.RunMetadata()
        options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
        run(session, signatures["train"], feeds(call), options=options, run_metadata=metadata)
        for device in metadata.step_stats.dev_stats:
            for stats in device.node_stats:
                operation = stats.timeline_label.split("= ")[-1].split("(")[0]
                key = (stats.node_name.split(":")[0], operation)
                nodes[key] = nodes.get(key, 0) + (stats.op_end_rel_nanos - stats.op_start_rel_nanos) / 1e9
    traced = calls * steps
    print(
        json.dumps(
            {
                "tensorflow": tf.__version__,
                "secondsPerStep": float(np.median(times)),
                "matrixRate": matrix_rate(),
                "nodes": [
                    {"name": name, "operation": operation, "seconds": seconds / traced}
                    for (name, operation), seconds in nodes.items()
                ],
            }
        )
    )


main(Path(sys.argv[1]))
