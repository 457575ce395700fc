"""The Cypher view: a Ladybug projection of one space, for statements that read."""
