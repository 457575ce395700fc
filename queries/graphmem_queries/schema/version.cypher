// Which store is this, and by which version was it made? Columns: identity, schema_version.
MATCH (s:GraphmemStore {name: 'graphmem'})
RETURN s.identity, s.schema_version
