// Give nodes other properties; what is null in a row goes. Edges and vectors stay.
// Parameters: rows of [id, properties].
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row[0]
SET n += row[1]
