"""A real Neo4j for development, tests and CI, without Docker: java and Maven are enough.

python -m scripts.neo4j_server fetch            # jars into the cache, once
python -m scripts.neo4j_server start            # prints NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD
python -m scripts.neo4j_server stop | kill      # SIGTERM | SIGKILL; `start` goes on where it was
"""
