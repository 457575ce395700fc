"""Extraction by an LLM: passages → segments → one question each → grounded rows a passage."""
