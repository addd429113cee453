"""What the bench's contenders in Python share: questions on standard input, answers on standard output (see
lib/bench/protocol.ts).
"""

import json
import math
import os
import sys
import time

import numpy as np

IMAGES = 10_000


def serve(contender, description, device="CPU", precisions=("float32",), reset=lambda: None):
    """Answers until there are no more questions.

    contender(network, batch, precision, pixels, classes) is a network with a fresh optimizer. It has `parameters`,
    weights and moving statistics together, and train(steps), which returns the number of images and a loss.
    `reset` frees what belongs to the contender before.
    """
    # What a library prints goes to standard error, so that only answers are on standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    classes = random.integers(0, 10, IMAGES)

    def prepare(network, batch, precision="float32", images=IMAGES):
        reset()
        start = time.perf_counter()
        current = contender(network, batch, precision, pixels[:images], classes[:images])
        _, loss = current.train(1)
        seconds = time.perf_counter() - start
        current.train(3)
        return current, {"seconds": seconds, "parameters": current.parameters, "loss": finite(loss)}

    def train(steps):
        start = time.perf_counter()
        images, loss = current.train(steps)
        return {"images": images, "seconds": time.perf_counter() - start, "loss": finite(loss)}

    current = None
    for line in sys.stdin:
        question = json.loads(line)
        ask = question.pop("ask")
        try:
            if ask == "describe":
                answer = {"description": description, "device": device, "precisions": precisions}
            elif ask == "prepare":
                # The one before is freed first.
                current = None
                current, answer = prepare(**question)
            else:
                answer = train(**question)
        except Exception as error:
            message = str(error).strip().split("\n")[0]
            answer = {"error": f"{type(error).__name__}: {message}"}
        print(json.dumps(answer), file=answers, flush=True)


def finite(loss):
    if not math.isfinite(loss):
        raise ValueError(f"the loss is {loss}")
    return float(loss)
