// question: What did someone say, in the order of time?
// param speaker: string — the speaker's name, as the query speakers lists it
// param limit: integer = 20 — rows at most
// columns: uid, source, position, at, text
// portable: yes
MATCH (q:Passage {space: $space})-[:PART_OF {space: $space}]->(s:Source {space: $space})
WHERE q.uid >= '' AND q.speaker = $speaker
RETURN q.uid AS uid, s.name AS source, q.position AS position, q.at AS at, q.text AS text
ORDER BY at, source, position, uid LIMIT $limit
