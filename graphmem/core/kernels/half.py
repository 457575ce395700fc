"""Half precision to single and back, with the bits of IEEE 754 and of numpy, but not one by one.

numpy turns one value at a time, which costs a passage 0.2 ms of its 8 ms in the encoder. These
loops have no branches, so that the processor does 16 values at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["WIDENED", "narrow", "widen", "widen_bits"]

_Bits32 = npt.NDArray[np.uint32]
_Bits16 = npt.NDArray[np.uint16]

# A half's exponent counts from 15, a single's from 127.
WIDENED = np.float32(2.0**112)
"""What the singles of `widen_bits` are still to be multiplied with."""


def narrow(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Return the nearest halves, ties to even: `values.astype(np.float16)`."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    out = np.empty(values.shape, np.uint16)
    _narrow(bits.ravel(), out.reshape(-1))
    return out.view(np.float16)


def widen(values: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """Return the same values: `values.astype(np.float32)`."""
    bits = np.ascontiguousarray(values, np.float16).view(np.uint16)
    out = np.empty(values.shape, np.uint32)
    widen_bits(bits.ravel(), out.reshape(-1))
    floats = out.view(np.float32)
    floats *= WIDENED
    return floats


@kernel(nogil=False)  # 20 µs beside a run of the encoder; to wait for the interpreter takes longer
def _narrow(bits: _Bits32, out: _Bits16) -> None:
    one, most = np.uint32(1), np.uint32(31)
    for at in range(len(bits)):
        sign = (bits[at] >> np.uint32(16)) & np.uint32(0x8000)
        size = bits[at] & np.uint32(0x7FFFFFFF)
        # Adding just under a half of the last place, or a half where that place is odd, rounds.
        odd = (size >> np.uint32(13)) & one
        normal = (size + np.uint32(0xC8000FFF) + odd) >> np.uint32(13)
        shift = min(np.uint32(126) - (size >> np.uint32(23)), most)
        digits = (size & np.uint32(0x7FFFFF)) | np.uint32(0x800000)
        odd = (digits >> shift) & one
        small = (digits + ((one << (shift - one)) - one) + odd) >> shift
        half = normal if size >= np.uint32(0x38800000) else small
        half = half if size < np.uint32(0x47800000) else np.uint32(0x7C00)
        half = half if size <= np.uint32(0x7F800000) else np.uint32(0x7E00)
        out[at] = np.uint16(sign | half)


@kernel()
def widen_bits(bits: _Bits16, out: _Bits32) -> None:
    """Fill in singles that are 2**112 times too small, but for what is not finite."""
    for at in range(len(bits)):
        half = np.uint32(bits[at])
        size = (half & np.uint32(0x7FFF)) << np.uint32(13)
        special = np.uint32(0x7FC00000 if size > np.uint32(0x0F800000) else 0x7F800000)
        size = size | special if size >= np.uint32(0x0F800000) else size
        out[at] = ((half & np.uint32(0x8000)) << np.uint32(16)) | size
