"""Trains a network in Keras by the seed recipe (Adam, batch 32, pixels by 255, no augmentation), to compare results with.

    train.py NETWORK CIFAR10_DIR [--seed N] [--epochs N] [--json FILE]

CIFAR10_DIR holds cifar-10-batches-bin, or is that folder. All training images are trained on, and after every epoch
the test set is measured, as the recipe does. "test" in the JSON is of the last epoch, "best" the best of all epochs,
which was chosen by the test set itself and so flatters. The JSON is written after every epoch.

Each epoch has an order of its own, drawn here: on TensorFlow, Keras 3 that was told a seed goes through arrays in the
same order in every epoch, which makes them easier to learn by heart. Inception10 came to 0.88 on the training images
and 0.66 on the test images that way.
"""

import argparse
import json
import time
from pathlib import Path

import environment  # noqa: F401  (before Keras)

import keras
import numpy as np
from networks import NETWORKS

RECORD = 1 + 3 * 32 * 32


def read(folder, names):
    records = np.concatenate([np.fromfile(folder / name, np.uint8).reshape(-1, RECORD) for name in names])
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return images.astype(np.float32) / 255, records[:, 0].astype(np.int32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.json:
        try:
            args.json.touch()
        except OSError as error:
            parser.error(f'--json is "{args.json}", which cannot be written ({error.strerror})')

    inner = args.data / "cifar-10-batches-bin"
    folder = inner if inner.is_dir() else args.data
    images, classes = read(folder, [f"data_batch_{i}.bin" for i in range(1, 6)])
    test = read(folder, ["test_batch.bin"])

    keras.utils.set_random_seed(args.seed)
    model = NETWORKS[args.network]({})
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    orders = np.random.default_rng(args.seed)
    history = {}
    start = time.perf_counter()
    for epoch in range(args.epochs):
        order = orders.permutation(len(images))
        fit = model.fit(
            *(images[order], classes[order]),
            **dict(batch_size=32, shuffle=False, validation_data=test, verbose=2),
            **dict(initial_epoch=epoch, epochs=epoch + 1),
        )
        for name, values in fit.history.items():
            history.setdefault(name, []).extend(values)
        result = {
            "network": args.network,
            "seed": args.seed,
            "epochs": epoch + 1,
            "keras": keras.__version__,
            "seconds": time.perf_counter() - start,
            "history": history,
            "test": {"loss": history["val_loss"][-1], "accuracy": history["val_accuracy"][-1]},
            "best": max(history["val_accuracy"]),
        }
        if args.json:
            args.json.write_text(json.dumps(result, indent=2) + "\n")
    print("test accuracy {accuracy:.4f}, loss {loss:.4f}".format(**result["test"]), f"{result['seconds']:.0f} s")


if __name__ == "__main__":
    main()
