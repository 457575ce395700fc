"""Who may do what: keys, tokens, scopes, limits, and a log of what was done."""
