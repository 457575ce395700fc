// Which edges of a kind changed last within these commits? Fills: KIND.
// Parameters: space, after, end. Columns: sort, term, seq, what an edge says.
MATCH (a)-[r:<KIND>]->(b)
WHERE r.space = $space AND r.seq > $after AND r.seq <= $end
RETURN 'edge' AS sort, '<KIND>' AS term, r.seq AS seq,
  [a.uid, b.uid, r.sources, r.shares, r.role, r.span, r.n_beyond] AS said
