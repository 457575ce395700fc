"""The OpenAI-compatible embedder, against a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from graphmem.errors import DimensionMismatch, EmbeddingFailed, InvalidInput
from graphmem.models.openai import OpenAIEmbedder

KEY = "sk-very-secret-0123456789"
Reply = tuple[int, dict[str, Any]]


class Server(ThreadingHTTPServer):
    """Answers embeddings of (length, 1, 0); `replies` go first, one a request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.shuffled = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def answer(self, request: dict[str, Any]) -> Reply:
        self.requests.append(request)
        if self.replies:
            return self.replies.pop(0)
        data = [
            {"object": "embedding", "index": i, "embedding": [len(text), 1.0, 0.0]}
            for i, text in enumerate(request["input"])
        ]
        return 200, {"object": "list", "data": data[::-1] if self.shuffled else data}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, reply = self.server.answer(json.loads(body))
        raw = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def connect(server: Server, model: str = "tiny", dimension: int | None = 3) -> OpenAIEmbedder:
    return OpenAIEmbedder(model, base_url=server.url, api_key=KEY, dimension=dimension)


def error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "error"}}


def test_rows_are_unit_and_in_input_order(server: Server) -> None:
    server.shuffled = True
    vectors = connect(server).embed(["a", "four"])
    expected = np.array([[1, 1, 0], [4, 1, 0]]) / np.sqrt([[2], [17]])
    np.testing.assert_allclose(vectors, expected, rtol=1e-6)
    assert vectors.dtype == np.float32


def test_many_texts_go_in_batches(server: Server) -> None:
    vectors = connect(server).embed(["x" * (i % 7 + 1) for i in range(300)])
    assert [len(request["input"]) for request in server.requests] == [128, 128, 44]
    assert vectors.shape == (300, 3)
    assert (vectors[0] == vectors[7]).all()


def test_no_texts_ask_nothing(server: Server) -> None:
    assert connect(server).embed([]).shape == (0, 3)
    assert server.requests == []


def test_odd_texts_are_made_sendable(server: Server) -> None:
    connect(server).embed(["", "\ud800", "y" * 9000])
    (request,) = server.requests
    assert request["input"] == [" ", "?", "y" * 8000]


def test_unknown_dimension_is_asked_for_once(server: Server) -> None:
    embedder = connect(server, dimension=None)
    assert embedder.dimension == 3
    assert len(server.requests) == 1


def test_only_models_that_can_are_asked_to_shorten(server: Server) -> None:
    connect(server).embed(["a"])
    connect(server, model="text-embedding-3-small").embed(["a"])
    assert ["dimensions" in request for request in server.requests] == [False, True]


def test_another_dimension_than_said_is_refused(server: Server) -> None:
    with pytest.raises(DimensionMismatch, match="dimension=3"):
        connect(server, dimension=5).embed(["a"])


def test_a_passing_failure_is_tried_again(server: Server) -> None:
    server.replies = [(503, error("busy")), (429, error("slow down"))]
    assert connect(server).embed(["a"]).shape == (1, 3)
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [500, 429])
def test_a_lasting_failure_ends_after_four_requests(server: Server, status: int) -> None:
    server.replies = [(status, error(f"no, {KEY}"))] * 10
    with pytest.raises(EmbeddingFailed, match="try again later") as caught:
        connect(server).embed(["a"])
    assert len(server.requests) == 4
    assert KEY not in str(caught.value)


def test_a_refused_key_is_the_callers_error_and_stays_secret(server: Server) -> None:
    server.replies = [(401, error(f"Incorrect API key provided: {KEY}"))]
    with pytest.raises(InvalidInput, match="API key") as caught:
        connect(server).embed(["a"])
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unknown_model_is_the_callers_error(server: Server) -> None:
    server.replies = [(404, error("The model `tiny` does not exist"))]
    with pytest.raises(InvalidInput, match="does not exist"):
        connect(server).embed(["a"])


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"index": 0, "embedding": [0.0, 0.0, 0.0]}],
        [{"index": 0, "embedding": None}],
        [{"index": 0, "embedding": []}],
        [{"index": 0, "embedding": [1.0, "x", 2.0]}],
    ],
)
def test_answers_without_vectors_are_failures(server: Server, data: list[Any]) -> None:
    server.replies = [(200, {"object": "list", "data": data})]
    with pytest.raises(EmbeddingFailed):
        connect(server).embed(["a"])


def test_a_server_that_is_not_there_is_a_failure() -> None:
    with Server() as gone:
        url = gone.url
    embedder = OpenAIEmbedder("tiny", base_url=url, api_key=KEY, dimension=3)
    embedder._client = embedder._client.with_options(max_retries=0)
    with pytest.raises(EmbeddingFailed, match="did not answer"):
        embedder.embed(["a"])


def test_no_key_says_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidInput, match="OPENAI_API_KEY"):
        OpenAIEmbedder("text-embedding-3-small")


def test_dimension_below_one_is_refused() -> None:
    with pytest.raises(InvalidInput, match="dimension is 0"):
        OpenAIEmbedder("tiny", api_key=KEY, dimension=0)
