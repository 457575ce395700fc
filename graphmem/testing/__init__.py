"""The store contract and fakes, shipped for everyone who writes a store."""
