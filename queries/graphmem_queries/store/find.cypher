// Which nodes of a label have one of these keys? Fills: LABEL.
// The first key of a node is its property `lookup`; the others are nodes of their own.
// Parameters: space, label, keys. Columns: key, uid.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.lookup IN $keys
RETURN n.lookup AS key, n.uid AS uid
UNION
MATCH (k:GraphmemKey)
WHERE k.space = $space AND k.label = $label AND k.key IN $keys AND k.uid IS NOT NULL
RETURN k.key AS key, k.uid AS uid
