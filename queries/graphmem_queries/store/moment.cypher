// A moment as microseconds since 1970 UTC: a fifth of the cost of the driver's own. Fills: NAME.
n.<NAME>.epochSeconds * 1000000 + n.<NAME>.microsecond
