"""Frames a second of the explorer's graph while it is dragged, in a browser without a GPU.

    python benchmarks/explorer_frames.py [--nodes 50000] [--edges 150000] [--seconds 5]

A real server on a file of made-up nodes, and Chromium that draws in software. A frame is one that
the browser asked the page for (requestAnimationFrame); it asks for none before the last is drawn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import uvicorn
from cypher_projection import fill
from playwright.sync_api import Page, sync_playwright

from graphmem.stores.sqlite import SqliteStore
from graphmem_api.app import create_app
from graphmem_api.settings import Settings

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZE = {"width": 1280, "height": 900}
PATIENCE_MS = 600_000
COUNT = """() => {
    window.frames_ = [];
    const tick = (at) => {
        window.frames_.push(at);
        window.ticking = requestAnimationFrame(tick);
    };
    window.ticking = requestAnimationFrame(tick);
}"""
COUNTED = "() => { cancelAnimationFrame(window.ticking); return window.frames_; }"


@contextmanager
def serving(store: Path) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings(store=str(store))), log_level="error")
    )
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def processor_seconds() -> float:
    """Sum what the browser's processes have used so far."""
    stats = map(_read, Path("/proc").glob("[0-9]*/stat"))
    rows = [stat.rpartition(")")[2].split() for stat in stats if "(chrom" in stat]
    return sum(int(row[11]) + int(row[12]) for row in rows) / os.sysconf("SC_CLK_TCK")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


def report(what: str, page: Page, seconds: float) -> None:
    """Drag the graph about for some seconds, and tell how many frames there were."""
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    before = processor_seconds()
    end, turn = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        turn += 1
        page.mouse.move(x + 150 * (turn % 2), y + 90 * (turn % 3), steps=20)
    at = page.evaluate(COUNTED)
    spent = processor_seconds() - before
    page.mouse.up()
    gaps = sorted(b - a for a, b in pairwise(at))
    rate = 1000 * len(gaps) / (at[-1] - at[0])
    print(f"{what:<34} {rate:5.1f} frames/s, 95 % within {gaps[len(gaps) * 95 // 100]:.0f} ms, "
          f"worst {gaps[-1]:.0f} ms, {1000 * spent / len(gaps):.0f} ms of processor a frame "
          f"(load {os.getloadavg()[0]:.1f})")  # fmt: skip


def measure(page: Page, base: str, seconds: float) -> None:
    started = time.perf_counter()
    page.goto(f"{base}/explorer/#/graph")
    page.locator(".canvas canvas.points").wait_for()
    print(f"drawn after {time.perf_counter() - started:.1f} s")
    report("dragged, the layout still at work", page, seconds)
    page.locator('.stage[data-settled="true"]').wait_for()
    print(f"settled after {time.perf_counter() - started:.1f} s")
    report("dragged, whole", page, seconds)
    page.locator(".canvas").press("+")
    for _ in range(6):
        page.locator(".canvas").press("+")
    report("dragged, a fifth of it in sight", page, seconds)
    for key, what in (("ArrowLeft", "one step back"), ("Home", "to the beginning")):
        before = time.perf_counter()
        page.get_by_label("Moment").press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        print(f"time slider {what}: {1000 * (time.perf_counter() - before):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=50_000)
    parser.add_argument("--edges", type=int, default=150_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.db"
        store = SqliteStore(path)
        fill(store, asked.nodes - 1_000, asked.edges)
        store.close()
        with serving(path) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            page = browser.new_page(viewport=SIZE)
            page.set_default_timeout(PATIENCE_MS)
            measure(page, base, asked.seconds)
            browser.close()


if __name__ == "__main__":
    main()
