// Give edges other properties. Asked for by a list of ids: for one id at a time the planner would
// rather read all edges of a database, as long as those are few, and keep to it while they grow.
// Parameters: ids; said, the properties by id.
MATCH ()-[r]->()
WHERE elementId(r) IN $ids
SET r = $said[elementId(r)]
