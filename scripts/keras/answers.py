"""What the scripts have in common that answer questions of tests: each takes a folder as its argument and a list of
cases from standard input, and writes arrays for every case into the folder."""

import json
import sys
from pathlib import Path

import numpy as np
from export_weights import arrays_of


def answer(usage, run):
    """@param run takes a case and the folder"""
    if len(sys.argv) != 2:
        sys.exit(usage)
    for case in json.load(sys.stdin):
        run(case, Path(sys.argv[1]))


def save(folder, case, name, arrays):
    """Writes ID-name.npz, float32 arrays by their names."""
    arrays = {key: np.float32(values) for key, values in arrays.items()}
    np.savez(folder / f"{case['id']}-{name}.npz", **arrays)


def weights_of(model, when):
    return {f"{when}/{name}": values for name, values in arrays_of(model).items()}


def take_statistics(model, norms, images):
    """Gives layers of batch normalisation the statistics of these images: with a momentum of 0 one pass sets them."""
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(images, training=True)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum


def train_in_batches(model, case, step):
    """Calls `step` with the positions of each batch's images, a slice, after the metrics were reset.

    @returns what the calls returned, and all weights after the first one and after the last one
    """
    results, weights = [], {}
    for i in range(case["steps"]):
        model.reset_metrics()
        results.append(step(slice(i * case["batch"], (i + 1) * case["batch"])))
        if i == 0:
            weights = weights_of(model, "first")
    return results, weights | weights_of(model, "after")
