// A commit by its mark.
CREATE INDEX graphmem_commit_token IF NOT EXISTS FOR (c:GraphmemCommit) ON (c.space, c.token)
