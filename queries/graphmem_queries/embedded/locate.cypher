// Which of some uids are nodes of a label.
<SOURCE>
MATCH (n:`<LABEL>` {uid: `uid`}) RETURN n.uid
