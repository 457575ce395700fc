"""A real server on a memory of the demo's texts, and a real browser that looks at it.

With GRAPHMEM_PICTURES=1 the tests also leave pictures of the views in docs/pictures.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    Error,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from graphmem import Memory
from graphmem.cli.demo_texts import demo_texts
from graphmem_api.access.keys import KeyFile
from graphmem_api.app import create_app
from graphmem_api.settings import Settings

SOURCES = Path(__file__).resolve().parents[3] / "api" / "explorer"
PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
TIMEOUT_MS = 30_000
# Health looks again every five seconds: as long as what is expected is waited for by default.
expect.set_options(timeout=TIMEOUT_MS)
AUDIT = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(" | ")}`);
}"""
KEPT = "Ottoline Marsh keeps bees on the roof of the post office in Sedgewick."
RETIRED = "Barnaby Finch lives in Hollow Lane."


def cannot(reason: str) -> None:
    """Skip for a reason; in CI, where all must run, that is a failure."""
    if os.environ.get("CI") == "1":
        pytest.fail(f"CI=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@dataclass
class Watched:
    """A page, and what it did that no page may do."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    # Statuses that a test brings about on purpose: the browser logs each of them as an error.
    expected: set[int] = field(default_factory=set)

    def open(self, hash_: str) -> None:
        """Go to a view."""
        self.page.goto(f"{self.base}/explorer/#/{hash_}")

    def use(self, space: str, key: str = "") -> None:
        """Choose a space, and with a key oneself, as a user does."""
        self.page.get_by_text("Space and key").first.click()
        self.page.get_by_label("Space", exact=True).fill(space)
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_role("button", name="Use").click()

    def ask(self, question: str) -> None:
        """Ask, and wait for the answer."""
        self.page.get_by_label("Question", exact=True).fill(question)
        self.page.get_by_role("button", name="Ask", exact=True).click()
        self.page.get_by_role("heading", name="Context").wait_for()

    def draw(self, hash_: str, *, settled: bool = False) -> None:
        """Go to the graph, and wait until it is drawn, or until all places are found."""
        self.open("ask")  # so that nothing of another graph is there to be taken for this one
        self.page.get_by_role("heading", name="Ask").wait_for()
        self.open(hash_)
        self.page.locator(".canvas canvas.points").wait_for()
        if settled:
            self.page.locator('.stage[data-settled="true"]').wait_for()


def see(page: Page, base: str) -> Watched:
    """Watch what a page does."""
    watched = Watched(page, base)
    page.on("pageerror", lambda error: watched.errors.append(f"{error}"))
    page.on("request", lambda request: watched.requests.append(request))

    def heard(message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        foreseen = any(f"status of {status}" in text for status in watched.expected)
        if kind == "error" and not foreseen:
            watched.errors.append(text)

    page.on("console", heard)
    page.set_default_timeout(TIMEOUT_MS)
    return watched


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory of the demo's articles and conversation."""
    path = tmp_path_factory.mktemp("explorer") / "demo.db"
    with Memory(path) as memory:
        for text in demo_texts([]):
            if text.group != "documents":
                memory.add(text.read(), source=text.source)
        # A new installation compiles its loops with the first answer, and holds up a server in
        # this process for longer than a page waits.
        memory.context("Who lives where?")
    return path


@pytest.fixture
def scratch(store: Path) -> dict[str, str]:
    """A space of one's own to write in: its name, and uids of what is there."""
    space = f"scratch-{uuid4().hex[:8]}"
    with Memory(store, space=space) as memory:
        added = memory.add(KEPT, source="bees")
        memory.add(RETIRED, source="lane")
        fact = memory.current("Barnaby Finch", "lives in")[0]
        return {"space": space, "source": added.sources[0], "fact": fact.uid}


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a server, for as long as the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings), log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)
    listening.close()
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def base(store: Path) -> Iterator[str]:
    """The address of a server on that memory."""
    with serving(Settings(store=str(store))) as address:
        yield address


@dataclass
class Locked:
    """A server that asks for keys, these keys, and the log of what was asked for."""

    base: str
    tokens: dict[str, str]
    keys: KeyFile
    audit: Path

    def denied(self) -> list[dict[str, object]]:
        """Return what the audit log says of calls that were turned away."""
        lines = self.audit.read_text("utf-8").splitlines() if self.audit.exists() else []
        return [row for row in map(json.loads, lines) if row["status"] in (401, 403)]


@pytest.fixture(scope="module")
def locked(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder = tmp_path_factory.mktemp("locked")
    path = folder / "a.db"
    shutil.copy(store, path)
    keys = KeyFile(folder / "a.db.keys")
    tomorrow, yesterday = (datetime.now(UTC) + timedelta(days=days) for days in (1, -1))
    tokens = {
        name: keys.create(name, [scope], spaces, until)[0]
        for name, scope, spaces, until in (
            ("tenant", "admin", ["default"], tomorrow),
            ("reader", "read", ["default"], tomorrow),
            ("other", "admin", ["other"], tomorrow),
            ("operator", "admin", None, tomorrow),
            ("expired", "admin", None, yesterday),
            ("leaver", "admin", None, tomorrow),
        )
    }
    tokens["wrong"] = tokens["operator"][:-5] + "wrong"
    audit = folder / "audit.jsonl"
    settings = Settings(store=str(path), keys=str(keys.path), audit=str(audit))
    with serving(settings) as address:
        yield Locked(address, tokens, keys, audit)


# While it is there its event loop runs in this thread, where other modules start their own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        cannot(f"there is no browser on PATH: none of {', '.join(names)}")
    try:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
    except Error as error:
        cannot(f"{path} does not start: {error}")
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser, base: str) -> Iterator[Callable[..., Watched]]:
    """Open pages; at the end none of them may have complained, or asked somebody else."""
    opened: list[Watched] = []

    def open_one(at: str = base, **options: object) -> Watched:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))  # type: ignore[arg-type]
        opened.append(see(context.new_page(), at))
        return opened[-1]

    yield open_one
    for watched in opened:
        inside = (f"{watched.base}/", "data:", "blob:")
        elsewhere = [r.url for r in watched.requests if not r.url.startswith(inside)]
        watched.page.context.close()
        assert watched.errors == []
        assert elsewhere == []


@pytest.fixture
def look(open_page: Callable[..., Watched]) -> Watched:
    """A page of a usual size."""
    return open_page()


@pytest.fixture(scope="module")
def drawn(browser: Browser, base: str) -> Iterator[Watched]:
    """One page for many tests: to draw a graph without a GPU is what takes most of their time."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    shown = see(page, base)
    shown.draw("graph", settled=True)
    yield shown
    page.close()
    assert shown.errors == []


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of a page, where pictures are wanted."""

    def take(page: Page, name: str) -> None:
        if os.environ.get("GRAPHMEM_PICTURES") == "1":
            page.screenshot(path=PICTURES / f"explorer-{name}.png")

    return take


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core as the lock file names it: from where the explorer is built, else by npm."""
    path = Path("node_modules", "axe-core", "axe.min.js")
    if (SOURCES / path).is_file():
        return (SOURCES / path).read_text(encoding="utf-8")
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI") == "1":
            pytest.fail("CI=1, but there is no npm to fetch axe-core with", pytrace=False)
        pytest.skip("axe-core is not here, and there is no npm to fetch it with")
    folder = tmp_path_factory.mktemp("axe")
    locked = json.loads((SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    package = locked["packages"]["node_modules/axe-core"]
    root = {"name": "axe", "version": "1.0.0", "dependencies": {"axe-core": package["version"]}}
    lock = {"name": "axe", "version": "1.0.0", "lockfileVersion": 3, "requires": True,
            "packages": {"": root, "node_modules/axe-core": package}}  # fmt: skip
    (folder / "package.json").write_text(json.dumps(root))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    # By its digest in the lock file, whatever the registry answers.
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                   check=True, capture_output=True, timeout=120)  # fmt: skip
    return (folder / path).read_text(encoding="utf-8")


@pytest.fixture
def audit(axe: str) -> Callable[[Page], list[str]]:
    """Say what axe-core finds serious in a page as it stands."""

    def serious(page: Page) -> list[str]:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(axe)
        return list(page.evaluate(AUDIT))

    return serious
