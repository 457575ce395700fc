// Give nodes vectors, as float32, which a plain SET would not keep.
// Parameters: seq; rows of [id, vector].
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row[0]
SET n.vector_seq = $seq
WITH n, row
CALL db.create.setNodeVectorProperty(n, 'vector', row[1])
