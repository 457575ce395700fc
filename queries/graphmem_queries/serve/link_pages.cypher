// Whom are these nodes linked to, and how well known are those? Fills: LABELS, KINDS.
// Parameters: space, uids.
// Columns: uid, neighbours, kinds, weights, outgoing, degrees, mentions of each, mentions.
MATCH (n:<LABELS>)
WHERE n.space = $space AND n.uid IN $uids
MATCH (n)-[r<KINDS>]-(m)
WHERE r.space = $space
WITH n, r, m, COUNT { (m)-[<KINDS>]-() } AS degree, COUNT { (m)<-[:MENTIONS]-() } AS mentions
RETURN n.uid AS uid, collect(m.uid) AS neighbours, collect(type(r)) AS kinds,
  collect(r.weight) AS weights, collect(startNode(r) = n) AS outgoing,
  collect(degree) AS degrees, collect(mentions) AS counts,
  COUNT { (n)<-[:MENTIONS]-() } AS count
