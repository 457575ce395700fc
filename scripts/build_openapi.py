"""Write the OpenAPI document of the service; `--check` fails where it has drifted.

CHANGELOG.md names the digest of the newest one, so that no change of the interface goes unsaid.
"""

from __future__ import annotations

import argparse
import json
from hashlib import blake2b
from pathlib import Path

from graphmem_api.app import create_app
from graphmem_api.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "api" / "openapi.json"
CHANGELOG = ROOT / "CHANGELOG.md"


def wanted() -> str:
    """Return the document of an app with all default settings."""
    said = create_app(Settings()).openapi()
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def line_of(text: str) -> str:
    """Return the line that CHANGELOG.md must have for a document."""
    return f"OpenAPI: {blake2b(text.encode(), digest_size=6).hexdigest()}"


def main() -> int:
    """Write the file, or check it and its line in the changelog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on drift")
    text, check = wanted(), parser.parse_args().check
    line, failed = line_of(text), False
    there = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    if there != text:
        failed = check
        if check:
            print("api/openapi.json is not what the routes say: run scripts/build_openapi.py")
        else:
            FILE.write_text(text, encoding="utf-8")
    if line not in CHANGELOG.read_text(encoding="utf-8"):
        failed = check
        print(f"the interface changed: tell of it in CHANGELOG.md, with `{line}`")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
