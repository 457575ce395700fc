// Forget keys of nodes.
// Parameters: rows of {space, label, key, uid}.
UNWIND $rows AS row
MATCH (k:GraphmemKey {space: row.space, label: row.label, key: row.key, uid: row.uid})
DELETE k
