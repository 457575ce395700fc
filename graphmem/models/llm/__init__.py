"""Calls of an LLM that survive: limits, tries, a cache, and what they cost."""
