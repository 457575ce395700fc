// One value of a row, by its name from then on.
CAST(row.`<NAME>`, "<TYPE>") AS `<NAME>`
