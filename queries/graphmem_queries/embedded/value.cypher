// One value of a row.
`<NAME>`: CAST(row.`<NAME>`, "<TYPE>")
