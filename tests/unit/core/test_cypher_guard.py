"""Only statements that read pass; words that only look like clauses do no harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graphmem.core.cypher_guard import MAX_STATEMENT_CHARS, check_statement
from graphmem.errors import InvalidInput

CLAUSES = [
    "CREATE (:X {uid: 'k'})",
    "MERGE (:X {uid: 'k'})",
    "SET n.uid = 'k'",
    "DELETE n",
    "DETACH DELETE n",
    "REMOVE n.uid",
    "FOREACH (x IN [1] | CREATE (:X {uid: 'k'}))",
    "LOAD CSV FROM 'f' AS line",
    "LOAD FROM 'f.csv' RETURN *",
    "CALL { CREATE (:X) }",
    "CALL { RETURN 1 AS x } IN TRANSACTIONS",
    "CALL apoc.create.node(['X'], {})",
    "USE other",
    "CALL threads = 2",
    "COPY X FROM 'f.csv'",
    "INSERT (:X)",
    "SHOW USERS",
    "NODETACH DELETE n",
]


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("MATCH (n:Set {set: 1, create: 'MERGE'}) WHERE n.set = $set RETURN n.created", {"set"}),
        ("MATCH (n) WHERE n.`delete` = 1 RETURN n AS `create`", set()),
        ("RETURN 'CREATE (n)', \"MERGE \\\" DELETE\", 'it\\'s' // SET\n, 1 /* DROP */", set()),
        ("MATCH (n:Set|Drop&!Load)-[:USE|REMOVE]->() RETURN n.detach", set()),
        ("CALL db.labels() YIELD label RETURN label", set()),
        ("CALL `db`.labels()", set()),
        ("CALL { MATCH (n) RETURN n } RETURN n", set()),
        ("MATCH (n) CALL (n) { RETURN n.x AS x } RETURN x", set()),
        ("EXPLAIN MATCH (n) RETURN n", set()),
        ("SHOW FULLTEXT INDEXES YIELD name", set()),
        ("MATCH (n) RETURN duration.between(n.at, $`a b`), point.distance(n.a, n.b)", {"a b"}),
        ("RETURN [1..3], 0xff, 1_000, 1.5e3, $1;", {"1"}),
        ("\n  // a head\n MATCH (n) RETURN n;;\n", set()),
    ],
)
def test_what_reads_passes_and_names_its_parameters(statement: str, names: set[str]) -> None:
    assert check_statement(statement) == names


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize(
    "before", ["", "MATCH (n) ", "EXPLAIN ", "MATCH (n)/**/", "WITH 1 AS x\n"]
)
def test_what_does_more_than_read_is_refused(before: str, clause: str) -> None:
    for said in (clause, clause.lower(), clause.title()):
        with pytest.raises(InvalidInput):
            check_statement(f"{before}{said}")


@pytest.mark.parametrize(
    "statement",
    [
        "RETURN 1; MATCH (n) RETURN n",
        "RETURN 1CREATE (:X)",
        "RETURN 1_CREATE (:X)",
        "RETURN 1.CREATE (:X)",
        "RETURN a$ CREATE (:X)",
        "RETURN $ CREATE (:X)",
        "MATCH (n) ſET n.x=1",
        "MATCH (n) \\u0053ET n.x = 1",
        "MATCH (n) \\uu0053ET n.x = 1",
        "RETURN '\\u0027 CREATE (:X)'",
        "RETURN 1 // x\rCREATE (:X)",
        "RETURN 1 //\u2028CREATE (:X)",
        "RETURN 1 /* CREATE (:X)",
        "RETURN 'open",
        "RETURN `open",
        "CALL",
        "SHOW",
        "RETURN 1 SHOW INDEXES",
        "RETURN genai.vector.encode('x')",
        "RETURN `apoc`.`x`(1)",
        "",
        "   ",
        ";",
        "//",
        "\x00",
        "BEGIN TRANSACTION",
        "CHECKPOINT",
        "INSTALL json",
        "ATTACH 'x' AS y",
        "EXPORT DATABASE 'x'",
        "ALTER TABLE X ADD y INT64",
        "GRANT ROLE x TO y",
        "DROP TABLE X",
        "PROFILE DROP TABLE X",
    ],
)
def test_tricks_are_refused(statement: str) -> None:
    with pytest.raises(InvalidInput):
        check_statement(statement)


def test_what_is_no_statement_is_refused() -> None:
    for statement in (None, 1, b"RETURN 1", "RETURN 1" + " " * MAX_STATEMENT_CHARS):
        with pytest.raises(InvalidInput):
            check_statement(statement)


text = st.text(st.characters(exclude_characters="\\\x00", exclude_categories=["Cs"]), max_size=12)
words = st.sampled_from(["CREATE", "set", "Merge", "DELETE", "detach", "LOAD", "use", "drop"])


@given(words, text, st.sampled_from(["'", '"']))
def test_words_in_strings_and_names_pass(word: str, rest: str, quote: str) -> None:
    inside = f"{word} {rest}".replace(quote, "\\" + quote)
    check_statement(f"MATCH (n) WHERE n.x = {quote}{inside}{quote} RETURN n.{word} AS x")
    name = f"{word} {rest}".replace("`", "``")
    check_statement(f"MATCH (n:`{name}`) WHERE n.`{name}` IS NOT NULL RETURN $`{name}`")


NOISE = [
    "'",
    '"',
    "`",
    "\\",
    "/*",
    "*/",
    "//",
    "\n",
    "\r",
    "\r\n",
    ".",
    ":",
    "$",
    "|",
    "1",
    "x",
    " ",
    ";",
    "(",
    ")",
    "{",
    "}",
    "n.",
    "\\'",
    "''",
    "``",
    "\u2028",
    "\xa0",
    "\t",
    "0x",
    "RETURN 1",
    "AS",
    ",",
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    """An engine that could write, so that the guard is all there is."""
    ladybug = pytest.importorskip("ladybug")
    database = ladybug.Database(
        ":memory:", buffer_pool_size=1 << 28, max_num_threads=2, max_db_size=1 << 33
    )
    connection = ladybug.Connection(database)
    connection.set_query_timeout(2_000)
    connection.execute("CREATE NODE TABLE X(uid STRING PRIMARY KEY)").close()
    yield connection
    connection.close()
    database.close()


noise = st.lists(st.sampled_from(NOISE), max_size=5).map("".join)


@given(noise, noise, noise, st.sampled_from(CLAUSES[:7]))
@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_passes_writes(
    engine: Any, before: str, between: str, after: str, clause: str
) -> None:
    """With noise around a clause that writes: what the guard lets pass, the engine may run."""
    statement = f"MATCH (n:X) RETURN 1 {before}{between}{clause}{after}"
    try:
        check_statement(statement)
    except InvalidInput:
        return
    try:
        engine.execute(statement)
    except (RuntimeError, ValueError):
        assume(False)
    rows = engine.execute("MATCH (n:X) RETURN count(*)").get_all()
    assert rows == [[0]]
