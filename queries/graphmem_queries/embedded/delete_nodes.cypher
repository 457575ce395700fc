// Nodes with all edges at them.
UNWIND $uids AS uid MATCH (n:`<LABEL>` {uid: uid}) DETACH DELETE n
