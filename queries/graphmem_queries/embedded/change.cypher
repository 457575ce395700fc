// One property in its new state.
n.`<NAME>` = `<NAME>`
