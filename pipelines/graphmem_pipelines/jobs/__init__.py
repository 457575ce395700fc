"""The jobs: ingest, extract, consolidate, re-embed, verify."""
