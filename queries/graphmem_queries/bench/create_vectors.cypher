// What a driver does with rows of vectors. Parameters: space, rows [uid, floats].
UNWIND $rows AS row
MATCH (n:Passage)
WHERE n.space = $space AND n.uid = row[0]
CALL db.create.setNodeVectorProperty(n, 'vector', row[1])
