// What a driver does with rows of edges. Fills: LABEL (of the end), KIND. Parameters: space, rows
// [start, end, properties].
UNWIND $rows AS row
MATCH (a:Passage)
WHERE a.space = $space AND a.uid = row[0]
MATCH (b:<LABEL>)
WHERE b.space = $space AND b.uid = row[1]
CREATE (a)-[e:<KIND>]->(b)
SET e = row[2]
