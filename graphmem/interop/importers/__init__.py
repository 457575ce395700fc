"""Ways in for people who come from another memory: Graphiti, mem0."""
