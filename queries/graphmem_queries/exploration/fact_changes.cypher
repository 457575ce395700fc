// question: How did this fact change: what took its place, and whose place did it take?
// param uid: string — the fact's uid
// param limit: integer = 20 — rows at most
// columns: uid, text, status, valid_from, valid_to, recorded_at
// portable: yes
MATCH (f:Proposition {space: $space})-[:SUPERSEDES*0..12 {space: $space}]-(p:Proposition {space: $space})
WHERE f.uid = $uid
RETURN DISTINCT p.uid AS uid, p.text AS text, p.status AS status, p.valid_from AS valid_from,
  p.valid_to AS valid_to, p.recorded_at AS recorded_at
ORDER BY valid_from, recorded_at, uid LIMIT $limit
