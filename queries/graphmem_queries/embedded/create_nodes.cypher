// New nodes of a label.
UNWIND $rows AS row CREATE (:`<LABEL>` {<VALUES>})
