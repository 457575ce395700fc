// question: Which nodes have the most edges?
// param limit: integer = 20 — rows at most
// columns: uid, name, text, n_edges
// portable: yes
MATCH (n:Entity|Proposition|Event|Concept {space: $space})-[r {space: $space}]-(m {space: $space})
WHERE n.uid >= ''
RETURN n.uid AS uid, n.name AS name, n.text AS text, count(r) AS n_edges
ORDER BY n_edges DESC, uid LIMIT $limit
