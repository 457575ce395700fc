// The table of a label.
CREATE NODE TABLE `<LABEL>`(<COLUMNS>, PRIMARY KEY (uid))
