// question: Which facts deny something?
// param limit: integer = 20 — rows at most
// columns: uid, text, status, recorded_at
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= '' AND p.negated
RETURN p.uid AS uid, p.text AS text, p.status AS status, p.recorded_at AS recorded_at
ORDER BY recorded_at DESC, uid LIMIT $limit
