// question: Which facts are we least sure of?
// param below: float = 0.5 — confidence under which a fact is doubtful
// param limit: integer = 20 — rows at most
// columns: uid, text, confidence
// portable: yes
MATCH (p:Proposition {space: $space})
WHERE p.uid >= '' AND p.confidence < $below AND p.status = 'current'
RETURN p.uid AS uid, p.text AS text, p.confidence AS confidence
ORDER BY confidence, uid LIMIT $limit
