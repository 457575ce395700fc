// Nodes that are there, in their new state.
<SOURCE>
MATCH (n:`<LABEL>` {uid: `uid`}) SET <CHANGES>
