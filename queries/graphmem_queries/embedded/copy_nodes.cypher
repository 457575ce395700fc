// Nodes of one label from a file, into an empty table.
COPY `<LABEL>` FROM "<PATH>" (header=false, auto_detect=false, parallel=false, quote="\"", escape="\"")
