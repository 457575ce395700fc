// Keep the keys of nodes beyond the first.
// Parameters: rows of {space, label, key, uid}.
UNWIND $rows AS row
CREATE (k:GraphmemKey)
SET k = row
