// Give nodes other properties; what is null in a row goes. Edges and vectors stay.
// Parameters: rows of [id, properties, moments by name].
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row[0]
SET n += row[1]
FOREACH (name IN keys(row[2]) | SET n[name] = datetime(row[2][name]))
