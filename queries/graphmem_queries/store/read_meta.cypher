// What was written under a key, for the whole store?
// Parameters: key. Columns: value.
MATCH (m:GraphmemMeta {key: $key})
RETURN m.value
