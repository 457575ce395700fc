// Make edges that are known to be new.
// Parameters: rows of [id of the start, kind, id of the end, properties].
UNWIND $rows AS row
MATCH (a) WHERE elementId(a) = row[0]
MATCH (b) WHERE elementId(b) = row[2]
CREATE (a)-[r:$(row[1])]->(b)
SET r = row[3]
