"""Parts of packed formats (EPUB, DOCX): read only as far as is allowed, whatever they claim."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from graphmem.errors import InvalidInput

__all__ = ["Packed"]

_MAX_PARTS = 20_000


class Packed:
    """A zip file in memory.

    Args:
        data: the file.
        limit: bytes that all of its parts may have when they are unpacked.
    """

    def __init__(self, data: bytes, limit: int) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise InvalidInput(f"it is damaged: {error}") from error
        self._left = limit
        self._limit = limit
        self.names = tuple(self._zip.namelist()[:_MAX_PARTS])

    def check_size(self) -> None:
        """Refuse a file that unpacks to more than is allowed.

        Raises:
            InvalidInput: It does.
        """
        size = sum(part.file_size for part in self._zip.infolist())
        if size > self._limit:
            raise self._too_large(size)

    def read(self, name: str) -> bytes:
        """Return a part.

        Raises:
            InvalidInput: It is missing, damaged, encrypted, or too large.
        """
        try:
            # No more than it claims is ever unpacked, and then its checksum is wrong.
            size = self._zip.getinfo(name).file_size
            if size > self._left:
                raise self._too_large(size)
            self._left -= size
            return self._zip.read(name)
        except KeyError as error:
            raise InvalidInput(f"it has no part {name!r}") from error
        except RuntimeError as error:  # so zipfile says that a part is encrypted
            raise InvalidInput(f"its part {name!r} is encrypted") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise InvalidInput(f"its part {name!r} is damaged: {error}") from error

    def _too_large(self, size: int) -> InvalidInput:
        return InvalidInput(
            f"it unpacks to {size:,} bytes and more; at most {self._limit:,} are read"
        )
