// New nodes of a label.
<SOURCE>
CREATE (:`<LABEL>` {<VALUES>})
