// Which indexes are there? Columns: name, state, options.
SHOW INDEXES YIELD name, state, options
