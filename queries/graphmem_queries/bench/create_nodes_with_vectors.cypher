// What a driver does with rows of nodes that have vectors. Fills: LABEL. Parameters: rows
// [properties, floats].
UNWIND $rows AS row
CREATE (n:<LABEL>)
SET n = row[0]
WITH n, row
CALL db.create.setNodeVectorProperty(n, 'vector', row[1])
