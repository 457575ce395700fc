"""Looks at a Cypher statement before an engine does, and lets only statements that read pass.

The second lock of two: the engine is opened for reading only as well. The guard is stricter than
a parser would be where two engines could read a text in two ways (escapes of characters by
number, odd ends of lines), because such a text is how one hides a word from a guard.
"""

from __future__ import annotations

import re

from graphmem.core.cypher_tokens import NAMING, NOTHING, Token, read_tokens
from graphmem.errors import InvalidInput

__all__ = ["MAX_STATEMENT_CHARS", "READING_PROCEDURES", "check_statement"]

MAX_STATEMENT_CHARS = 100_000

READING_PROCEDURES = frozenset({
    "db.info", "db.labels", "db.propertykeys", "db.relationshiptypes", "db.ping",
    "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.schema.visualization",
    "db.index.fulltext.querynodes", "db.index.fulltext.queryrelationships",
    "db.index.vector.querynodes", "db.index.vector.queryrelationships", "dbms.components",
    "show_tables", "table_info", "db_version", "show_connection", "show_indexes",
})  # fmt: skip
"""What CALL may name, in small letters: Neo4j's procedures and Ladybug's functions that read."""

_BEGINNINGS = frozenset({"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL", "SHOW"})
_BEFORE = frozenset({"EXPLAIN", "PROFILE"})
# Only what can stand behind a first clause that reads: whatever else writes has to come first.
_FORBIDDEN = frozenset({
    "CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "INSERT", "FOREACH",
    "LOAD", "COPY", "USE", "TRANSACTIONS", "DROP", "ALTER", "INSTALL", "ATTACH", "TERMINATE",
})  # fmt: skip
_SHOWN = frozenset({"INDEX", "INDEXES", "CONSTRAINT", "CONSTRAINTS", "PROCEDURES", "FUNCTIONS"})
# Functions with a name of several parts; those of plug-ins may reach outside the database.
_NAMESPACES = frozenset({
    "date", "datetime", "localdatetime", "time", "localtime", "duration", "point", "vector",
})  # fmt: skip

_BY_NUMBER = re.compile(r"\\[uU]+[0-9a-fA-F]{4}")
_ODD_ENDS = re.compile("//[^\n]*(?:\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029])")


# FOREACH, where a clause stands behind a bar, is refused for itself.
_BEFORE_LABELS = (":", "|", "&", "!")


def check_statement(statement: object) -> frozenset[str]:
    """Let a statement pass that only reads.

    Words in strings, in comments and in backticks, names of properties (`n.set`), of labels and
    types (`:Set`), keys of maps (`{set: 1}`) and parameters (`$set`) are no clauses.

    Returns:
        The names of its parameters.

    Raises:
        InvalidInput: It writes, does more than read the graph, or cannot be told apart from
            what does.

    Complexity: linear in the characters.
    """
    text = _accepted(statement)
    tokens = list(read_tokens(text))
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    start = 0
    while start < len(tokens) and tokens[start].key in _BEFORE:
        start += 1
    first = tokens[start] if start < len(tokens) else NOTHING
    if first.key not in _BEGINNINGS:
        raise InvalidInput(
            f"a statement begins with MATCH, WITH, UNWIND, RETURN, CALL or SHOW, not "
            f"{first.text[:40]!r}: only reading is allowed"
        )
    for at, token in enumerate(tokens):
        _check_token(tokens, at, token, may_show=at == start)
    return frozenset(token.name for token in tokens if token.kind == "parameter")


def _accepted(statement: object) -> str:
    if not isinstance(statement, str):
        raise InvalidInput(f"a statement is a string, not {type(statement).__name__}")
    if not statement.strip():
        raise InvalidInput("the statement is empty; write one such as MATCH (e:Entity) RETURN e")
    if len(statement) > MAX_STATEMENT_CHARS:
        raise InvalidInput(
            f"the statement has {len(statement):,} characters, more than "
            f"{MAX_STATEMENT_CHARS:,}; pass long values as parameters"
        )
    if found := _BY_NUMBER.search(statement):
        raise InvalidInput(
            f"the statement has {found[0]!r}: write the character itself, or pass the text as a "
            "parameter, because Neo4j reads such escapes before anything else"
        )
    if "\x00" in statement or _ODD_ENDS.search(statement):
        raise InvalidInput("the statement has control characters: end lines with a line feed")
    return statement


def _check_token(tokens: list[Token], at: int, token: Token, *, may_show: bool) -> None:
    if token.text == ";":
        raise InvalidInput("one statement at a time: there is a ';' before the end")
    if token.kind == "word" and not _is_name(tokens, at):
        if token.key in _FORBIDDEN:
            raise InvalidInput(
                f"{token.key} is refused: only reading is allowed; a variable of this name goes "
                "in backticks"
            )
        if token.key == "CALL":
            _check_call(tokens, at)
        if token.key == "SHOW":
            _check_show(tokens, at, may_show=may_show)
    if token.text == "(" and at:
        _check_function(tokens, at)
    if token.text == "$" and (at + 1 == len(tokens) or tokens[at + 1].text != "("):
        raise InvalidInput("a parameter is written $name, without a gap and behind no name")


def _is_name(tokens: list[Token], at: int) -> bool:
    """Whether a word can only be the name of a property, a label, a key or a parameter."""
    before = tokens[at - 1] if at else NOTHING
    after = tokens[at + 1] if at + 1 < len(tokens) else NOTHING
    if before.text == ".":
        owner = tokens[at - 2] if at > 1 else NOTHING
        return owner.text != "." and owner.kind != "number"
    return before.text in _BEFORE_LABELS or after.text == ":"


def _check_call(tokens: list[Token], at: int) -> None:
    after = tokens[at + 1] if at + 1 < len(tokens) else NOTHING
    if after.text in ("{", "("):
        return
    path, end = _path(tokens, at + 1)
    name = ".".join(path).casefold()
    if name not in READING_PROCEDURES or (end < len(tokens) and tokens[end].text == "="):
        raise InvalidInput(
            f"CALL {name[:80] or after.text[:40]} is refused: only procedures that are known to "
            f"read may be called ({', '.join(sorted(READING_PROCEDURES))})"
        )


def _path(tokens: list[Token], at: int) -> tuple[list[str], int]:
    """Return the parts of a dotted name and where it ends."""
    parts: list[str] = []
    while at < len(tokens) and tokens[at].kind in NAMING:
        parts.append(tokens[at].name)
        at += 1
        if at >= len(tokens) or tokens[at].text != ".":
            break
        at += 1
    return parts, at


def _check_show(tokens: list[Token], at: int, *, may_show: bool) -> None:
    after = {token.key for token in tokens[at + 1 : at + 3]}
    if not may_show or not after & _SHOWN:
        raise InvalidInput(f"SHOW shows {', '.join(sorted(_SHOWN))} here, at the beginning alone")


def _check_function(tokens: list[Token], at: int) -> None:
    """Refuse `a.b.c(` of a plug-in; procedures have been looked at behind their CALL."""
    start = at - 1
    while start >= 2 and tokens[start - 1].text == "." and tokens[start].kind in NAMING:
        start -= 2
    path, end = _path(tokens, start)
    called = start > 0 and tokens[start - 1].key == "CALL"
    if end != at or len(path) < 2 or called or path[0].casefold() in _NAMESPACES:
        return
    raise InvalidInput(
        f"{'.'.join(path)[:80]}() is refused: functions of plug-ins may do more than read"
    )
