// Which of some uids are nodes of a label.
UNWIND $uids AS uid MATCH (n:`<LABEL>` {uid: uid}) RETURN n.uid
