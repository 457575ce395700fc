// One property in its new state.
n.`<NAME>` = CAST(row.`<NAME>`, "<TYPE>")
