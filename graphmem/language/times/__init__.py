"""Times that a text names in words, read by a grammar: "last Friday", "between 3 and 10 May"."""
