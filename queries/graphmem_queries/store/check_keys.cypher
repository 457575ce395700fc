// How many keys beyond the first do the nodes of a space have?
// Parameters: space. Columns: n.
MATCH (k:GraphmemKey)
WHERE k.space = $space AND k.label >= '' AND k.key IS NOT NULL AND k.uid IS NOT NULL
RETURN count(k)
