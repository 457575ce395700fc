"""Turn the trained spaCy pipeline into the arrays and the graph that the runtime reads."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from spacy.language import Language

from graphmem.language.arc_eager import BREAK, LEFT, N_FEATURES, REDUCE, RIGHT, SHIFT

__all__ = ["export_network", "quantize_network"]

Floats = npt.NDArray[np.float32]
_KINDS = {"S": SHIFT, "D": REDUCE, "L": LEFT, "R": RIGHT, "B": BREAK}
_N_PIECES = 3


class _Graph:
    """Collects the nodes and weights of an ONNX graph."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def weight(self, values: npt.ArrayLike) -> str:
        name = f"w{len(self.weights)}"
        array = np.asarray(values)
        if array.dtype != np.int64:
            array = array.astype(np.float32)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op: str, inputs: list[str], name: str = "", **attributes: Any) -> str:
        output = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def affine(self, source: str, matrix: Floats, bias: Floats, name: str = "") -> str:
        """Return source · matrixᵀ + bias."""
        product = self.add("MatMul", [source, self.weight(matrix.T)])
        return self.add("Add", [product, self.weight(bias)], name)

    def maxout(self, source: str, maxout: Any, norm: Any) -> str:
        """Return the layer norm of the largest of three affine pieces."""
        matrix, bias = maxout.get_param("W"), maxout.get_param("b")
        width = matrix.shape[0]
        pieces = [
            self.affine(source, matrix[:, piece], bias[:, piece]) for piece in range(_N_PIECES)
        ]
        best = self.add("Max", pieces)
        scale, shift = self.weight(norm.get_param("G")), self.weight(norm.get_param("b"))
        assert width == len(norm.get_param("G"))
        return self.add("LayerNormalization", [best, scale, shift], axis=-1, epsilon=1e-8)


def export_network(nlp: Language, folder: Path) -> None:
    """Write `network.onnx` and `network.npz`."""
    tok2vec, tagger, parser = (
        nlp.get_pipe(name).model for name in ("tok2vec", "tagger", "parser")
    )
    graph = _Graph()
    rows = _tok2vec(graph, tok2vec)
    softmax = next(node for node in tagger.walk() if node.name.startswith("softmax"))
    graph.affine(rows, softmax.get_param("W"), softmax.get_param("b"), "tag_scores")
    arrays = _parser(graph, rows, parser)
    arrays.update(_moves(nlp))
    for node in tok2vec.walk():
        if node.name == "states":
            arrays["mean"], arrays["factor"] = node.get_param("mean"), node.get_param("factor")
        if node.name == "hashembed":
            assert node.attrs["seed"] == 7 + node.attrs["column"]
            arrays[f"table_{node.attrs['column']}"] = node.get_param("E")
    arrays["tags"] = np.array(nlp.get_pipe("tagger").labels)
    np.savez(folder / "network.npz", **arrays)
    _write(graph, folder / "network.onnx", arrays)


def quantize_network(folder: Path) -> None:
    """Turn the weights of `network.onnx` into int8: less than half the time.

    One scale a column of the weights, and one a run for what they are multiplied with. No figure
    of the dev sets moves by more than 0.2.
    """
    # After graphmem has told the runtime to send nothing.
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = folder / "network.onnx"
    logging.disable(logging.WARNING)  # it advises a pass that this graph has no need of
    quantize_dynamic(
        onnx.load(path),
        path,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
    )
    logging.disable(logging.NOTSET)


def _tok2vec(graph: _Graph, model: Any) -> str:
    """Add the rows of the words; the CNN sees two padding rows at either end, as in training."""
    nodes = list(model.walk())
    linear = next(node for node in nodes if node.name == "linear")
    maxouts = [node for node in nodes if node.name == "maxout"]
    norms = [node for node in nodes if node.name == "layernorm"]
    states = graph.affine("states", linear.get_param("W"), linear.get_param("b"))
    both = graph.add("Concat", ["hashed", states], axis=1)
    rows = graph.maxout(both, maxouts[0], norms[0])
    depth = len(maxouts) - 1
    width = maxouts[0].get_param("W").shape[0]
    padding = graph.weight(np.zeros((depth, width)))
    rows = graph.add("Concat", [padding, rows, padding], axis=0)
    zero = graph.weight(np.zeros((1, width)))
    axis = graph.weight(np.array([0], np.int64))
    one, last = graph.weight(np.array([1], np.int64)), graph.weight(np.array([-1], np.int64))
    end = graph.weight(np.array([np.iinfo(np.int64).max], np.int64))
    for maxout, norm in zip(maxouts[1:], norms[1:], strict=True):
        before = graph.add("Concat", [zero, graph.add("Slice", [rows, axis, last, axis])], axis=0)
        after = graph.add("Concat", [graph.add("Slice", [rows, one, end, axis]), zero], axis=0)
        window = graph.add("Concat", [before, rows, after], axis=1)
        rows = graph.add("Add", [rows, graph.maxout(window, maxout, norm)])
    first = graph.weight(np.array([depth], np.int64))
    final = graph.weight(np.array([-depth], np.int64))
    return graph.add("Slice", [rows, first, final, axis])


def _parser(graph: _Graph, rows: str, model: Any) -> dict[str, Any]:
    """Add what each word adds to the hidden layer in each place of a state."""
    nodes = list(model.walk())
    lower = next(node for node in nodes if node.name == "precomputable_affine")
    upper = model.get_ref("upper")
    assert not model.attrs["unseen_classes"], "some moves were never trained"
    linear = next(node for node in nodes if node.name == "linear" and node is not upper)
    weights = lower.get_param("W")
    n_features, hidden, n_pieces, _ = weights.shape
    assert (n_features, n_pieces) == (N_FEATURES, 2)
    # Two linear layers in a row are one.
    matrix = weights.reshape(-1, weights.shape[-1]) @ linear.get_param("W")
    bias = weights.reshape(-1, weights.shape[-1]) @ linear.get_param("b")
    # The bias of the hidden layer is counted once a state: in the first place, always taken.
    first = np.zeros((n_features, hidden * 2), np.float32)
    first[0] = lower.get_param("b").reshape(-1)
    graph.affine(rows, matrix, bias + first.ravel(), "features")
    return {
        "no_word": lower.get_param("pad").reshape(n_features, -1) + first,
        "upper": np.ascontiguousarray(upper.get_param("W").T),
        "bias": upper.get_param("b"),
    }


def _moves(nlp: Language) -> dict[str, npt.NDArray[Any]]:
    names = nlp.get_pipe("parser").move_names
    labels = sorted({name.partition("-")[2] for name in names if name[0] in "LR"})
    return {
        "kinds": np.array([_KINDS[name[0]] for name in names], np.int64),
        "move_labels": np.array(
            [labels.index(name.partition("-")[2]) if name[0] in "LR" else -1 for name in names],
            np.int64,
        ),
        "labels": np.array(labels),
    }


def _write(graph: _Graph, path: Path, arrays: dict[str, Any]) -> None:
    float_ = TensorProto.FLOAT
    n_hashed = sum(array.shape[1] for name, array in arrays.items() if name.startswith("table_"))
    inputs = [
        helper.make_tensor_value_info("hashed", float_, ["n", n_hashed]),
        helper.make_tensor_value_info("states", float_, ["n", len(arrays["mean"])]),
    ]
    outputs = [
        helper.make_tensor_value_info("tag_scores", float_, ["n", len(arrays["tags"])]),
        helper.make_tensor_value_info("features", float_, ["n", arrays["no_word"].size]),
    ]
    made = helper.make_graph(graph.nodes, "english", inputs, outputs, graph.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, path)
