// The tables of a kind, one for each pair of labels that it joins.
CREATE REL TABLE `<KIND>`(<PAIRS>, <COLUMNS>)
