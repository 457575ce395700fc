// Edges of one kind between two labels from a file, into empty tables.
COPY `<KIND>` FROM "<PATH>" (from="<START>", to="<END>", header=false, auto_detect=false, parallel=<PARALLEL>, quote="\"", escape="\"")
