// One property.
`<NAME>` <TYPE>
