// Which vectors of a label's nodes changed last within these commits? Fills: LABEL.
// Parameters: space, after, end. Columns: sort, term, seq, uid and vector.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.vector_seq > $after AND n.vector_seq <= $end
RETURN 'vector' AS sort, '<LABEL>' AS term, n.vector_seq AS seq, [n.uid, n.vector] AS said
