// question: How many edges are there of each kind, and how heavy are they?
// param limit: integer = 50 — rows at most
// columns: kind, n_edges, weight
// portable: yes
MATCH (a:Source|Passage|Event|Entity|Proposition|Concept|Prescription|Hyperedge|Interaction|Query|Insight|Predicate {space: $space})-[r {space: $space}]->(b {space: $space})
WHERE a.uid >= ''
RETURN type(r) AS kind, count(r) AS n_edges, sum(r.weight) AS weight
ORDER BY n_edges DESC, kind LIMIT $limit
