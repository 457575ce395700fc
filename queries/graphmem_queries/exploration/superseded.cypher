// question: Which facts were superseded, and by what?
// param limit: integer = 20 — rows at most
// columns: uid, text, valid_to, by_uid, by_text
// portable: yes
MATCH (new:Proposition {space: $space})-[:SUPERSEDES {space: $space}]->(old:Proposition {space: $space})
WHERE new.uid >= ''
RETURN old.uid AS uid, old.text AS text, old.valid_to AS valid_to, new.uid AS by_uid,
  new.text AS by_text
ORDER BY valid_to DESC, uid, by_uid LIMIT $limit
