// What do these uids say? One branch a label. Fills: LABEL, VALUES.
// Parameters: space, uids. Columns: uid, label, id, properties in the order of the model.
MATCH (n:<LABEL>)
WHERE n.space = $space AND n.uid IN $uids
RETURN n.uid AS uid, '<LABEL>' AS label, elementId(n) AS id, [<VALUES>] AS said
