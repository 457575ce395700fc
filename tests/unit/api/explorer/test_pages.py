"""The explorer's files as they are served."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from graphmem_api.explorer import pages
from graphmem_api.problems import add_problems


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI()
    add_problems(app)
    app.include_router(pages.router)
    with TestClient(app) as client:
        yield client


def test_the_page_comes_with_a_closed_policy(client: TestClient) -> None:
    page = client.get("/explorer/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


def test_without_a_slash_it_leads_to_the_page(client: TestClient) -> None:
    answer = client.get("/explorer")
    assert [step.status_code for step in answer.history] == [307]
    assert answer.url.path == "/explorer/"


def test_all_that_the_page_names_is_there_and_kept_forever(client: TestClient) -> None:
    named = re.findall(r'(?:src|href)="\./([^"]+)"', client.get("/explorer/").text)
    assert any(name.endswith(".js") for name in named)
    for name in named:
        file = client.get(f"/explorer/{name}")
        assert file.status_code == 200, name
        assert "immutable" in file.headers["cache-control"]
        if name.endswith(".js"):
            assert file.headers["content-type"].startswith("text/javascript")


def test_what_a_browser_has_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/explorer/").headers["etag"]
    again = client.get("/explorer/", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "../pages.py", "..%2fpages.py", "assets/../../pages.py", "%2e%2e/__init__.py",
     "/etc/passwd", "assets", "\\..\\pages.py", "a" * 5_000],
)  # fmt: skip
def test_no_other_file_can_be_had(client: TestClient, path: str) -> None:
    answer = client.get(f"/explorer/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
