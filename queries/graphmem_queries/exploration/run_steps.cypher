// question: What was done in a run, step by step?
// param uid: string — the task's uid
// param limit: integer = 20 — rows at most
// columns: uid, position, agent, action, observation, reward
// portable: yes
MATCH (t:Query {space: $space})<-[:PART_OF {space: $space}]-(i:Interaction {space: $space})
WHERE t.uid = $uid
RETURN i.uid AS uid, i.position AS position, i.agent AS agent, i.action AS action,
  i.observation AS observation, i.reward AS reward
ORDER BY position, uid LIMIT $limit
