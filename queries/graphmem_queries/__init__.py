"""Named Cypher texts and their typed catalogue; filled when a store speaks Cypher."""
