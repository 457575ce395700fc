// Which is the space's newest commit? Whoever wrote it left its mark on the space, too.
// Parameters: space. Columns: seq, token.
MATCH (s:GraphmemSpace {name: $space})
RETURN s.seq, s.writer
