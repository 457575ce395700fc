// question: Which facts have we learnt since a moment?
// param since: datetime — the moment
// param limit: integer = 20 — rows at most
// columns: uid, text, status, recorded_at
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= '' AND p.recorded_at >= $since
RETURN p.uid AS uid, p.text AS text, p.status AS status, p.recorded_at AS recorded_at
ORDER BY recorded_at DESC, uid LIMIT $limit
