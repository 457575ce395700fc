// New edges of a kind between two labels; nothing where an end is not there.
<SOURCE>
MATCH (a:`<START>` {uid: `start`}) MATCH (b:`<END>` {uid: `stop`})
CREATE (a)-[:`<KIND>` {<VALUES>}]->(b)
