// question: Which insights are best supported?
// param limit: integer = 20 — rows at most
// columns: uid, text, share, weight
// portable: yes
MATCH (n:Insight {space: $space})
WHERE n.uid >= ''
RETURN n.uid AS uid, n.text AS text, n.alpha / (n.alpha + n.beta) AS share,
  n.alpha + n.beta AS weight
ORDER BY share DESC, weight DESC, uid LIMIT $limit
