"""What can be rebuilt from a store: adjacency, vectors, text."""
