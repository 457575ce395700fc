// Give nodes another label.
// Parameters: rows of [id, old label, new label].
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row[0]
REMOVE n:$(row[1])
SET n:$(row[2])
