// A moment as microseconds since 1970 UTC: a fifth of the cost of the driver's own. Before 1970
// Neo4j rounds seconds up, and milliseconds down as they should be. Fills: NAME.
n.<NAME>.epochMillis * 1000 + n.<NAME>.microsecond % 1000
