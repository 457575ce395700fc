// Edges of a kind between two labels.
UNWIND $rows AS row
MATCH (a:`<START>` {uid: row.start})-[e:`<KIND>`]->(b:`<END>` {uid: row.stop}) DELETE e
