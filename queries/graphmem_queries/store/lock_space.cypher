// Let nobody else write to the space until this transaction ends; other spaces do not wait.
// Setting a property takes the lock; what is read after it is what the last writer left.
// Parameters: space, token. Columns: the space's properties.
MERGE (s:GraphmemSpace {name: $space})
ON CREATE SET s.seq = 0
SET s.writer = $token
WITH s
RETURN properties(s)
