// question: Which sources do we trust least, and how many facts rest on them?
// param limit: integer = 20 — rows at most
// columns: uid, name, trust, n_facts
// portable: yes
MATCH (s:Source {space: $space})
WHERE s.uid >= ''
OPTIONAL MATCH (s)<-[:PART_OF {space: $space}]-(q:Passage {space: $space})<-[:EVIDENCED_BY {space: $space}]-(p:Proposition {space: $space})
RETURN s.uid AS uid, s.name AS name, s.trust AS trust, count(DISTINCT p.uid) AS n_facts
ORDER BY trust, n_facts DESC, uid LIMIT $limit
