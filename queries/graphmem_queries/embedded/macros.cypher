// Functions that Neo4j has and the engine calls otherwise, one a line.
CREATE MACRO type(edge) AS label(edge)
CREATE MACRO toString(value) AS CAST(value, "STRING")
CREATE MACRO toInteger(value) AS CAST(value, "INT64")
CREATE MACRO toFloat(value) AS CAST(value, "DOUBLE")
CREATE MACRO datetime(value) AS CAST(value, "TIMESTAMP_TZ")
CREATE MACRO head(items) AS items[1]
CREATE MACRO last(items) AS items[-1]
