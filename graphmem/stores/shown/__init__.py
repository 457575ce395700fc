"""What was shown lately, in a file beside the store, so that feedback can speak of it."""

from graphmem.stores.shown.file import SharedShown, ShownFile, forget_shown, shown_beside

__all__ = ["SharedShown", "ShownFile", "forget_shown", "shown_beside"]
