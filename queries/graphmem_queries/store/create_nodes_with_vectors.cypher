// Make nodes that are known to be new, with vectors as float32, which a plain SET would not keep.
// Parameters: seq; rows of [label, properties, moments by name, vector].
// Columns: ids, a list in the order of the rows.
UNWIND $rows AS row
CREATE (n:$(row[0]))
SET n = row[1], n.vector_seq = $seq
FOREACH (name IN keys(row[2]) | SET n[name] = datetime(row[2][name]))
WITH n, row
CALL db.create.setNodeVectorProperty(n, 'vector', row[3])
RETURN collect(elementId(n))
