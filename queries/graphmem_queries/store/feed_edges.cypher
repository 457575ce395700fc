// Which edges changed last within these commits? Fills: KINDS.
// Parameters: space, after, end. Columns: sort, term, seq, what an edge says.
MATCH (a)-[r<KINDS>]->(b)
WHERE r.space = $space AND r.seq > $after AND r.seq <= $end
RETURN 'edge' AS sort, type(r) AS term, r.seq AS seq,
  [a.uid, b.uid, r.sources, r.shares, r.role, r.span, r.n_beyond] AS said
