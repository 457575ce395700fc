// Was this write made already, by an attempt whose end nobody heard of?
// Parameters: space, token. Columns: seq, n_removed.
MATCH (c:GraphmemCommit {space: $space, token: $token})
RETURN c.seq, c.n_removed
