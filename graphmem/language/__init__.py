"""English without an LLM: parse, mentions, events, propositions."""
