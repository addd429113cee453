"""TensorFlow to ONNX, and back into numbers, in the environment that lib/exchange/onnx-environment.ts makes."""

import logging

import numpy as np
import onnx
import onnxruntime
import tf2onnx
from tf2onnx import utils
from tf2onnx.handler import tf_op

# 18 of 2022: what browsers and phones run by now.
OPSET = 18


@tf_op("Erfc")
class Erfc:
    """1 − erf(x), which ONNX has, for a GELU; tf2onnx 1.17 knows no Erfc."""

    @classmethod
    def version_9(cls, ctx, node, **_):
        dtypes, shapes, outputs = node.output_dtypes, node.output_shapes, list(node.output)
        one = ctx.make_const(utils.make_name("one"), np.ones((), np.float32))
        erf = ctx.make_node("Erf", list(node.input), dtypes=dtypes, shapes=shapes)
        ctx.remove_node(node.name)
        ctx.make_node("Sub", [one.output[0], erf.output[0]], outputs=outputs, dtypes=dtypes, shapes=shapes)


def convert(function, target, class_names):
    """Writes a tf.function from `images` to `probabilities`; the names of the classes go into the file's metadata."""
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    model, _ = tf2onnx.convert.from_function(function, function.input_signature, opset=OPSET)
    onnx.helper.set_model_props(model, {"class_names": ", ".join(class_names)})
    onnx.checker.check_model(model)
    onnx.save(model, target)


def run(file, images):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(["probabilities"], {"images": images})
    return probabilities
