// How much did the space hold after a commit? A commit is written once, so this is never half new.
// Parameters: space, seq. Columns: totals, as names and numbers by turns.
MATCH (c:GraphmemCommit {space: $space, seq: $seq})
RETURN c.totals
