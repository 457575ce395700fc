// question: In which n-ary relations is something a member?
// param uid: string — uid of an entity, an event or a fact
// param limit: integer = 20 — rows at most
// columns: uid, kind, text, role
// portable: yes
MATCH (h:Hyperedge {space: $space})-[m:MEMBER {space: $space}]->(x:Entity|Event|Proposition {space: $space})
WHERE x.uid = $uid
RETURN h.uid AS uid, h.kind AS kind, h.text AS text, m.role AS role
ORDER BY kind, uid, role LIMIT $limit
