// Make the database a store, or bring its version up to date.
// Parameters: identity, version. Columns: identity.
MERGE (s:GraphmemStore {name: 'graphmem'})
ON CREATE SET s.identity = $identity
SET s.schema_version = $version
RETURN s.identity
