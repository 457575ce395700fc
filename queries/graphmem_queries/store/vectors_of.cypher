// Which vectors do these nodes have?
// Parameters: ids. Columns: id, vector.
UNWIND $ids AS id
MATCH (n) WHERE elementId(n) = id AND n.vector_seq IS NOT NULL
RETURN id, n.vector
