// Which groups does this Graphiti graph hold?
// Columns: name of the group ("" for none), how many episodes or facts it has.
MATCH (e:Episodic) RETURN coalesce(e.group_id, "") AS name, count(e) AS n
UNION ALL
MATCH (:Entity)-[r:RELATES_TO]->(:Entity) RETURN coalesce(r.group_id, "") AS name, count(r) AS n
