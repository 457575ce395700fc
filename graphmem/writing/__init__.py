"""Text to changes: segment, extract, resolve, reconcile, forget."""
