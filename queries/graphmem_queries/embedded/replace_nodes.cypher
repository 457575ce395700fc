// Nodes that are there, in their new state.
UNWIND $rows AS row MATCH (n:`<LABEL>` {uid: row.uid}) SET <CHANGES>
