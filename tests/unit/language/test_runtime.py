"""Runs of int8 graphs give what arithmetic says, on processors of every age."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from graphmem.language.runtime import _EXACT, open_session

N = 256


def quantized(folder: Path, weights: np.ndarray) -> Path:
    """Write a graph of one product with weights, in int8 as our models have it."""
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [info("x", TensorProto.FLOAT, ["n", N])],
        [info("y", TensorProto.FLOAT, ["n", N])],
        [numpy_helper.from_array(weights, "w")],
    )
    opset = helper.make_opsetid("", 20)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=10), folder / "x.onnx")
    quantize_dynamic(
        folder / "x.onnx", folder / "y.onnx", weight_type=QuantType.QInt8,
        per_channel=True, op_types_to_quantize=["MatMul"],
    )  # fmt: skip
    return folder / "y.onnx"


def test_sums_of_large_products_do_not_overflow(tmp_path: Path) -> None:
    """Two neighbours of 255 by 127 are 64,770, and 16 bits end at 32,767."""
    weights = np.full((N, N), 0.5, np.float32)
    weights[:, 1::2] *= -1
    x = np.concatenate([np.full((3, N - 1), 2.0), np.full((3, 1), -1.0)], axis=1)
    x = x.astype(np.float32)
    session = open_session(quantized(tmp_path, weights))
    (found,) = session.run(None, {"x": x})
    # What is wrong without it is wrong on some processors only.
    assert session.get_session_options().get_session_config_entry(_EXACT) == "1"
    np.testing.assert_allclose(found, x @ weights, rtol=0.01)
