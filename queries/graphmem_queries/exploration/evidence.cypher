// question: Which passages is a fact, an event or a procedure taken from?
// param uid: string — its uid
// param limit: integer = 20 — rows at most
// columns: passage, source, position, speaker, at, text, span
// portable: yes
MATCH (f:Event|Proposition|Prescription|Hyperedge {space: $space})-[v:EVIDENCED_BY {space: $space}]->(q:Passage {space: $space})-[:PART_OF {space: $space}]->(s:Source {space: $space})
WHERE f.uid = $uid
RETURN q.uid AS passage, s.name AS source, q.position AS position, q.speaker AS speaker,
  q.at AS at, q.text AS text, v.span AS span
ORDER BY source, position, passage LIMIT $limit
