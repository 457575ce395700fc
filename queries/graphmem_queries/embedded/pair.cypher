// One pair of labels that a kind joins.
FROM `<START>` TO `<END>`
