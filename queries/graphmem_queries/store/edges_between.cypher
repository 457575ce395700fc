// Which edges of a kind are there already? Fills: KIND.
// The CALL makes the server look between the two ends, however many edges one of them has.
// Parameters: space; rows of [number, id of the start, id of the end].
// Columns: number, id, weight, what an edge says.
UNWIND $rows AS row
MATCH (a) WHERE elementId(a) = row[1]
MATCH (b) WHERE elementId(b) = row[2]
CALL (a, b) {
  MATCH (a)-[r:<KIND>]->(b)
  WHERE r.space = $space
  RETURN r
}
RETURN row[0] AS number, elementId(r) AS id, r.weight AS weight, [r.sources, r.shares, r.role, r.span, r.n_beyond] AS said
