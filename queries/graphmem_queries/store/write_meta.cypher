// Keep a small fact about the whole store; the last one written stands.
// Parameters: key, value.
MERGE (m:GraphmemMeta {key: $key})
SET m.value = $value
