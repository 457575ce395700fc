// question: How many nodes are there of each label, and since when?
// param limit: integer = 50 — rows at most
// columns: label, n_nodes, first_recorded, last_recorded
// portable: no: a node has a list of labels on a server and one label in the projection; the rows are the same
MATCH (n:Source|Passage|Event|Entity|Proposition|Concept|Prescription|Hyperedge|Interaction|Query|Insight|Predicate {space: $space})
WHERE n.uid >= ''
RETURN labels(n)[0] AS label, count(n) AS n_nodes, min(n.recorded_at) AS first_recorded,
  max(n.recorded_at) AS last_recorded
ORDER BY n_nodes DESC, label LIMIT $limit
