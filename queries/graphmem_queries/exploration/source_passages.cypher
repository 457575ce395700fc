// question: What does a source say, in order?
// param source: string — the source's name
// param limit: integer = 20 — rows at most
// columns: uid, position, speaker, at, text
// portable: yes
MATCH (s:Source {space: $space})<-[:PART_OF {space: $space}]-(q:Passage {space: $space})
WHERE s.uid >= '' AND s.name = $source
RETURN q.uid AS uid, q.position AS position, q.speaker AS speaker, q.at AS at, q.text AS text
ORDER BY position, uid LIMIT $limit
