// Rows of a file.
LOAD WITH HEADERS (<COLUMNS>) FROM "<PATH>" (header=false, auto_detect=false, parallel=false, quote="\"", escape="\"")
