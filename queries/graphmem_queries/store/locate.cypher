// Where are these uids? One branch a label. Fills: LABEL.
// Parameters: space, uids. Columns: uid, label, id.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.uid IN $uids
RETURN n.uid AS uid, '<LABEL>' AS label, elementId(n) AS id
