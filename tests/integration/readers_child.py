"""A process that reads a path with little memory, or without the libraries of the extra.

Arguments: what to do, and a path. Prints one JSON object.
"""

import json
import resource
import sys
from importlib.abc import MetaPathFinder

EXTRA = ("charset_normalizer", "docx", "lxml", "pypdfium2")


class Missing(MetaPathFinder):
    """Refuses what the extra `readers` would install."""

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name.partition(".")[0] in EXTRA:
            raise ImportError(f"{name} is not installed here")


def peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(what: str, path: str) -> None:
    if what == "without":
        sys.meta_path.insert(0, Missing())
    from graphmem.errors import GraphMemError
    from graphmem_pipelines.readers.content import ReaderOptions
    from graphmem_pipelines.readers.read import read
    from graphmem_pipelines.readers.scan import scan

    loaded = sorted(name for name in EXTRA if name in sys.modules)
    options = ReaderOptions()
    before = peak_kb()
    said: dict[str, str] = {}
    n_read = 0
    for found in scan([path], options):
        try:
            read(found, options)
            n_read += 1
        except GraphMemError as error:
            said[found.key] = f"{type(error).__name__}: {error}"
    grown = peak_kb() - before
    print(json.dumps({"read": n_read, "failed": said, "grown_kb": grown, "loaded": loaded}))


if __name__ == "__main__":
    main(*sys.argv[1:])
