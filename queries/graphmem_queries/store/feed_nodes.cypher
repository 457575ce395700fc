// Which nodes of a label changed last within these commits? Fills: LABEL, VALUES.
// Parameters: space, after, end. Columns: sort, term, seq, properties in the order of the model.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.seq > $after AND n.seq <= $end
RETURN 'node' AS sort, '<LABEL>' AS term, n.seq AS seq, [<VALUES>] AS said
