"""Question to context: analyse, candidates, spread, fuse, pack, abstain."""
