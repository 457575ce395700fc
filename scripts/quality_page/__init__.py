"""The page of measured figures; `scripts/quality_docs.py` is the command."""
