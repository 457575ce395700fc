// question: Who and what belongs to an n-ary relation?
// param uid: string — the relation's uid
// param limit: integer = 20 — rows at most
// columns: uid, role, name, text
// portable: yes
MATCH (h:Hyperedge {space: $space})-[m:MEMBER {space: $space}]->(x:Entity|Event|Proposition {space: $space})
WHERE h.uid = $uid
RETURN x.uid AS uid, m.role AS role, x.name AS name, x.text AS text
ORDER BY role, uid LIMIT $limit
