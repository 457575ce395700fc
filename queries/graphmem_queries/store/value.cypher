// A property as it is. Fills: NAME.
n.<NAME>
