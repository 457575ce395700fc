// question: Which events led to an event, directly or in up to four steps?
// param uid: string — the event's uid
// param limit: integer = 20 — rows at most
// columns: uid, text, happened_from
// portable: yes
MATCH (c:Event {space: $space})-[:CAUSES*1..4 {space: $space}]->(v:Event {space: $space})
WHERE v.uid = $uid
RETURN DISTINCT c.uid AS uid, c.text AS text, c.happened_from AS happened_from
ORDER BY happened_from, uid LIMIT $limit
