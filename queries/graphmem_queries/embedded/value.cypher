// One value, which becomes a property of the same name.
`<NAME>`: `<NAME>`
