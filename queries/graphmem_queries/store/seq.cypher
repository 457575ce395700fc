// Which is the space's newest commit?
// Parameters: space. Columns: seq.
MATCH (s:GraphmemSpace {name: $space})
RETURN s.seq
