"""Writes that were acknowledged: kept on disk until they are applied."""
