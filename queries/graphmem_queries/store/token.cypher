// Which mark did a commit get?
// Parameters: space, seq. Columns: token.
MATCH (c:GraphmemCommit {space: $space, seq: $seq})
RETURN c.token
