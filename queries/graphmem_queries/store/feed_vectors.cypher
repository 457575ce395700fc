// Which vectors changed last within these commits? Fills: LABELS.
// Parameters: space, after, end. Columns: sort, term (none), seq, uid and vector.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.vector_seq > $after AND n.vector_seq <= $end
RETURN 'vector' AS sort, '' AS term, n.vector_seq AS seq, [n.uid, n.vector] AS said
