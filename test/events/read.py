"""Reads the event files below a folder with TensorBoard's own reader, and prints what they hold as JSON.

Usage: read.py FOLDER
"""

import json
import sys
import types

# TensorBoard's way to leave TensorFlow alone, which takes seconds to load and is not needed to read.
sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer  # noqa: E402
from tensorboard.plugins.hparams import metadata as hparams  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402


def content(accumulator, tag):
    return accumulator.SummaryMetadata(tag).plugin_data.content


def read(accumulator):
    found = {"scalars": {}, "histograms": {}, "images": {}, "graph": [], "hyperparameters": None, "ended": False}
    for tag in accumulator.Tags()["tensors"]:
        plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
        series = [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in accumulator.Tensors(tag)]
        if plugin == "scalars":
            found["scalars"][tag] = [[step, value.item()] for step, value in series]
        elif plugin == "histograms":
            found["histograms"][tag] = [[step, value.tolist()] for step, value in series]
        elif plugin == "images":
            found["images"][tag] = [
                {"step": step, "width": int(value[0]), "height": int(value[1]), "png": value[2].hex()}
                for step, value in series
            ]
        elif tag == hparams.SESSION_START_INFO_TAG:
            start = hparams.parse_session_start_info_plugin_data(content(accumulator, tag))
            kinds = {name: value.WhichOneof("kind") for name, value in start.hparams.items()}
            values = {name: getattr(value, kinds[name]) for name, value in start.hparams.items()}
            found["hyperparameters"] = {"group": start.group_name, "values": values}
        elif tag == hparams.SESSION_END_INFO_TAG:
            found["ended"] = hparams.parse_session_end_info_plugin_data(content(accumulator, tag)).status == 1
    if accumulator.Tags()["graph"]:
        found["graph"] = [
            {
                "name": node.name,
                "op": node.op,
                "inputs": list(node.input),
                "shape": [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim],
            }
            for node in accumulator.Graph().node
        ]
    return found


# Zero: every point, not samples of them. Nothing is purged, so that what is there twice is seen twice.
multiplexer = EventMultiplexer(size_guidance={"tensors": 0}, purge_orphaned_data=False)
multiplexer.AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
print(json.dumps({name: read(multiplexer.GetAccumulator(name)) for name in multiplexer.Runs()}))
