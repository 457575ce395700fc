// Remove edges. By a list of ids for the reason that `replace_edges` gives.
// Parameters: ids.
MATCH ()-[r]->()
WHERE elementId(r) IN $ids
DELETE r
