// Give edges other properties.
// Parameters: rows of [id, properties].
UNWIND $rows AS row
MATCH ()-[r]->() WHERE elementId(r) = row[0]
SET r = row[1]
