// New edges of a kind between two labels; nothing where an end is not there.
UNWIND $rows AS row
MATCH (a:`<START>` {uid: row.start}) MATCH (b:`<END>` {uid: row.stop})
CREATE (a)-[:`<KIND>` {<VALUES>}]->(b)
