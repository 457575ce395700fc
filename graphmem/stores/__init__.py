"""Where the truth is kept: SQLite, and the in-memory reference."""
