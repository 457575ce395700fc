"""The first and the last dates over HTTP: taken where UTC has them, else refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow

TOO_LATE, TOO_EARLY = "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"
EDGES = {"Lena": "9999-12-31T23:59:59Z", "Mara": "0001-01-01T00:00:00Z"}
ASKED: dict[str, tuple[str, Any]] = {
    "memories": ("at", {"text": "Eve lives in Kiel."}),
    "search": ("as_of", {"question": "Where does Lena live?"}),
    "context": ("as_of", {"question": "Where does Lena live?"}),
    "recall": ("time", {"entity": "Lena"}),
}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    store = tmp_path_factory.mktemp("dates") / "dates.db"
    server = Server(store, free_port())
    try:
        server.wait()
        with httpx.Client(base_url=f"{server.url}/v1/home/", timeout=120) as client:
            for name, at in EDGES.items():
                body = {"text": f"{name} lives in Graz.", "at": at, "source": name}
                assert client.post("memories?wait=true", json=body).status_code == 201
            yield client
    finally:
        assert server.stop() == 0
    assert "Traceback" not in store.with_name("dates.db.said").read_text()


def refused(answer: httpx.Response, moment: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_input"), answer.text
    assert moment in problem["detail"]
    assert "leaves the years 1 to 9999" in problem["detail"]


@pytest.mark.parametrize("moment", [TOO_LATE, TOO_EARLY])
@pytest.mark.parametrize("name", ASKED)
def test_a_moment_that_utc_does_not_have_is_refused(
    http: httpx.Client, name: str, moment: str
) -> None:
    field, body = ASKED[name]
    refused(http.post(name, json={**body, field: moment}), moment)


@pytest.mark.parametrize("moment", [TOO_LATE, TOO_EARLY])
def test_so_it_is_within_a_conversation_and_a_run(http: httpx.Client, moment: str) -> None:
    talk = {"messages": [{"text": "Eve lives in Kiel.", "at": moment}]}
    refused(http.post("memories", json=talk), moment)
    run = {"task": "Ship it.", "steps": [{"action": "build", "at": moment}], "outcome": "success"}
    refused(http.post("runs", json=run), moment)


@pytest.mark.parametrize("moment", [TOO_LATE, TOO_EARLY])
def test_so_it_is_in_an_address_and_of_a_fact(http: httpx.Client, moment: str) -> None:
    refused(http.get("current", params={"entity": "Lena", "as_of": moment}), moment)
    refused(http.get("graph", params={"as_of": moment}), moment)
    (fact, *_) = http.get("current", params={"entity": "Mara"}).json()
    refused(http.post(f"nodes/{fact['uid']}/retire", json={"at": moment}), moment)


@pytest.mark.parametrize(("name", "at"), EDGES.items())
def test_what_is_of_the_first_or_the_last_moment_is_recalled(
    http: httpx.Client, name: str, at: str
) -> None:
    for cue in ({}, {"as_of": at}, {"time": at}, {"time": at[:10]}, {"mode": "chronological"}):
        answer = http.post("recall", json={"entity": name, **cue})
        assert answer.status_code == 200, answer.text
        assert answer.json()["hits"], cue
