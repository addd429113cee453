"""The likeliest class of each image by networks that were saved, as a program would run them that knows nothing of training.

    serve_saved.py IMAGES.bin HEIGHT,WIDTH,CHANNELS ANSWERS.json SAVED...

IMAGES.bin holds images as bytes, one after another; SAVED is a folder of a SavedModel or an .onnx file, which needs the
environment that lib/exchange/onnx-environment.ts makes. ANSWERS.json has a list of classes for each, in their order.
"""

import environment  # noqa: F401  (before TensorFlow)

import json
import sys

import numpy as np
import tensorflow as tf

BATCH = 100


def network_in(saved):
    if saved.endswith(".onnx"):
        from onnx_model import run

        return lambda images: run(saved, images)
    loaded = tf.saved_model.load(saved)
    serve = loaded.signatures["serving_default"]
    # The signature does not keep what was loaded.
    return lambda images, _kept=loaded: serve(images=tf.constant(images))["probabilities"].numpy()


def main(arguments):
    if len(arguments) < 4:
        sys.exit(__doc__)
    file, shape, answers, *all_saved = arguments
    images = np.fromfile(file, np.uint8).reshape(-1, *map(int, shape.split(",")))
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    classes = []
    for network in map(network_in, all_saved):
        classes.append(np.concatenate([network(batch).argmax(-1) for batch in batches]).tolist())
    with open(answers, "w") as out:
        json.dump(classes, out)


if __name__ == "__main__":
    main(sys.argv[1:])
