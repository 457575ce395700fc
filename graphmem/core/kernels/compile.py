"""`kernel`: numba's `njit`, whose cache is a shortcut and never a reason to fail.

numba keeps compiled code beside the source or in the user's cache folder, and raises where it can
write to neither (a read-only installation without a home), where the disk is full, and where a
cache file is damaged. Here such code is kept in a private temporary folder, or compiled anew.
"""

# mypy: allow-untyped-calls
# numba's decorators have types, the cache has none.

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from numba import njit, types
from numba.core.caching import CompileResultCacheImpl, FunctionCache, InTreeCacheLocator
from numba.core.runtime.nrt import rtsys

if TYPE_CHECKING:
    from numba.core.dispatcher import Dispatcher

__all__ = ["kernel"]

_log = logging.getLogger("graphmem")
_told: list[str] = []
_compiling: list[bool] = []
# Files outside this folder that have kernels, or from which kernels take numbers and types.
_OUTSIDE = (
    "core/lexical.py",
    "core/marks.py",
    "core/months.py",
    "language/alignment.py",
    "language/arc_eager.py",
    "language/edu_features.py",
    "language/edus.py",
    "language/labels.py",
    "language/parse.py",
    "language/weights.py",
)

_F = TypeVar("_F", bound=Callable[..., object])


def kernel(
    *signatures: Any,
    inline: Literal["never", "always"] = "never",
    fastmath: bool = False,
    nogil: bool = True,
) -> Callable[[_F], Dispatcher[_F]]:
    """Compile a function to run without the interpreter, and keep the code where possible.

    Args:
        signatures: numba types to compile for at once; none compiles for what comes, when it
            comes.
        inline: "always" puts the function's text into its callers.
        fastmath: lets sums be reordered; only where the result's last bits do not matter or
            depend on the length alone.
        nogil: whether other threads may use the interpreter meanwhile. Who gives it away waits
            for it afterwards, for as long as another thread computes: a short run had better not.
    """

    def compiled(function: _F) -> Dispatcher[_F]:
        # Nobody calls kernels by way of C: a fifteenth of the time to compile. numba's stubs lack
        # the option, hence the `type: ignore`.
        options = {"inline": inline, "fastmath": fastmath, "no_cfunc_wrapper": True}
        dispatcher: Dispatcher[_F] = njit(nogil=nogil, **options)(function)  # type: ignore[call-overload]
        # The one place where numba's insides are touched: `cache=True` would set its own cache,
        # numba types a literal argument by its value, and no option turns that off.
        with suppress(_NoPlace):
            dispatcher._cache = _Cache(function)  # type: ignore[attr-defined]
        dispatcher.get_call_template = _for_any_value(dispatcher.get_call_template)  # type: ignore[method-assign]
        for signature in signatures:
            dispatcher.compile(signature)
        if signatures:
            dispatcher.disable_compile()
        return dispatcher

    return compiled


def _for_any_value(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a kernel from being compiled anew for each number that the text of another gives it."""

    def resolved(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return resolve(
            tuple(map(types.unliteral, args)),
            {name: types.unliteral(kind) for name, kind in kws.items()},
        )

    return resolved


class _NoPlace(Exception):
    """There is no folder that compiled code could be kept in."""


class _PrivateFolder(InTreeCacheLocator):
    """Keeps code in the temporary folder, in a folder that only this user can touch.

    The cache is unpickled, so that a folder which others may write to would let them run code.
    """

    def __init__(self, function: Callable[..., Any], source: str) -> None:
        super().__init__(function, source)
        self._root = Path(tempfile.gettempdir()) / f"graphmem-kernels-{os.getuid()}"
        self._cache_path = str(self._root / self.get_suitable_cache_subpath(source))

    def ensure_cache_path(self) -> None:
        self._root.mkdir(mode=0o700, exist_ok=True)
        status = self._root.lstat()
        private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
        if not private or status.st_uid != os.getuid():
            raise PermissionError(f"{self._root} can be touched by others")
        super().ensure_cache_path()

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> Any:
        if not hasattr(os, "getuid"):
            return None
        try:
            return super().from_function(py_func, py_file)
        except OSError:  # not even a temporary folder
            return None


class _Places(CompileResultCacheImpl):
    def __init__(self, function: Callable[..., Any]) -> None:
        self._locator_classes = [*CompileResultCacheImpl._locator_classes, _PrivateFolder]
        super().__init__(function)


class _Cache(FunctionCache):
    """A cache that is lost or cannot be written costs time, nothing else."""

    _impl_class = _Places

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            super().__init__(function)
        except RuntimeError as error:
            _tell(str(error))
            raise _NoPlace from error
        # numba's stamp is of the kernel's own file alone, yet what it calls is compiled into it.
        index = self._cache_file
        index._source_stamp = (index._source_stamp, _stamp_of_all())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # What numba's own `load_overload` makes sure of first, all that a compiler knows, takes a
        # third of a second and is for compiling: code from a file needs memory to be counted.
        rtsys.initialize(target_context)
        found = None
        try:
            with self._guard_against_spurious_io_errors():
                found = self._load_overload(sig, target_context)
        except Exception as error:  # unpickling noise raises anything
            _log.info("compiled code in %s is damaged and made anew: %r", self.cache_path, error)
            with suppress(OSError):
                self.flush()
        if found is None:
            _say_compiling()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _tell(f"{self.cache_path}: {error.strerror}")


@cache
def _stamp_of_all() -> tuple[tuple[str, int, int], ...]:
    """Return name, size and date of all files that kernels are made of; 0.1 ms, once a process.

    Files that are not there as such (but in an archive) are left out.
    """
    here = os.path.dirname(__file__)
    package = os.path.dirname(os.path.dirname(here))
    files = [os.path.join(package, name) for name in _OUTSIDE]
    with suppress(OSError):
        files += [entry.path for entry in os.scandir(here) if entry.name.endswith(".py")]
    return tuple(stamp for file in sorted(files) for stamp in _stamps(file))


def _stamps(file: str) -> list[tuple[str, int, int]]:
    try:
        status = os.stat(file)
    except OSError:
        return []
    return [(os.path.basename(file), status.st_size, status.st_mtime_ns)]


def _say_compiling() -> None:
    """Say so once a process, before the first kernel that no cache has is compiled."""
    if not _compiling:
        _log.info(
            "compiling the loops that this is the first to need, once an installation: 10 to 60 s"
        )
    _compiling.append(True)


def _tell(why: str) -> None:
    """Say so once a process; there are some forty kernels."""
    if not _told:
        _log.warning(
            "compiled code is not kept, so that each start compiles anew, for many seconds (%s); "
            "set NUMBA_CACHE_DIR to a folder that can be written",
            why,
        )
    _told.append(why)
