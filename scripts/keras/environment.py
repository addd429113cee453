"""What has to be in place before TensorFlow is imported. Import this first: TensorFlow reads its environment once.

The same as lib/runtime/environment.ts sets in Node, so that the two sides of a comparison run the same kernels.
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
# Errors only.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# By itself, TensorFlow uses oneDNN only on CPUs with AVX-512 VNNI or newer.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
