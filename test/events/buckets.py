"""Makes a histogram of each list of numbers with TensorBoard's own code. Reads JSON, and prints JSON.

Usage: buckets.py < LISTS
"""

import json
import sys
import types

sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")

import numpy as np  # noqa: E402
from tensorboard.plugins.histogram.summary_v2 import histogram_pb  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402


def buckets(values):
    summary = histogram_pb("", np.array(values, dtype=np.float32))
    return tensor_util.make_ndarray(summary.value[0].tensor).tolist()


print(json.dumps([buckets(values) for values in json.load(sys.stdin)]))
