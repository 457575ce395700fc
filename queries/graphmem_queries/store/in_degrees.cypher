// How many edges of some kinds end at these uids? Fills: LABELS, KINDS.
// A pattern of one kind that nothing more is asked of is not walked: the node says its degree.
// Parameters: space, uids. Columns: uid, n_edges.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
RETURN n.uid AS uid, COUNT { (n)<-[<KINDS>]-() } AS n_edges
