"""Looks whether a statement stays in one space, where a server holds several.

Reading a graph begins with a pattern, and each node of a pattern stands in parentheses. An edge
joins nodes of one space, so a statement stays in a space where each node that it matches says
`{space: $space}`, or is one that was matched so before. What cannot be told apart from such a
node without a grammar is taken for one: a few statements are refused that would do no harm, and
none passes that does.
"""

from __future__ import annotations

from graphmem.core.cypher_tokens import NAMING, NOTHING, Token, read_tokens

__all__ = ["find_unbound"]

# Words that may stand before a parenthesis and are no function.
_NO_FUNCTIONS = frozenset({
    "MATCH", "WHERE", "AND", "OR", "XOR", "NOT", "IN", "IS", "WITH", "CONTAINS", "RETURN",
    "DISTINCT", "UNWIND", "CASE", "WHEN", "THEN", "ELSE", "END", "BY", "SKIP", "OFFSET", "LIMIT",
    "YIELD", "UNION", "AS", "ASC", "DESC", "ASCENDING", "DESCENDING", "CALL", "OPTIONAL", "ON",
    "SHORTEST", "PATH", "PATHS", "GROUP", "GROUPS", "WALK", "TRAIL", "ACYCLIC", "SIMPLE",
    "REPEATABLE", "DIFFERENT", "ELEMENT", "ELEMENTS", "RELATIONSHIP", "BINDINGS", "NULL", "TRUE",
    "FALSE", "ORDER", "USING", "FOR",
})  # fmt: skip
_CLAUSES = frozenset({
    "MATCH", "OPTIONAL", "WHERE", "ORDER", "SKIP", "OFFSET", "LIMIT", "RETURN", "UNWIND", "CALL",
    "UNION", "WITH",
})  # fmt: skip
_PATHS = ("SHORTESTPATH", "ALLSHORTESTPATHS")
_INDEXES = ("fulltext", "vector")
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_SHOWN = 60


def find_unbound(statement: str) -> str:
    """Return the first place where a statement may leave its space; "" where there is none.

    Args:
        statement: one that `check_statement` let pass.

    Complexity: linear in the tokens; quadratic where parentheses are nested in one another.
    """
    return _Reader(list(read_tokens(statement))).find()


class _Reader:
    """Goes through a statement once, and knows which names stand for nodes of the space."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._bound: set[str] = set()
        self._outer: list[set[str]] = []
        self._imported: set[str] | None = None

    def find(self) -> str:
        """Return the first place that may be of another space."""
        for at, token in enumerate(self._tokens):
            if token.text == "(" and not self._passes(at):
                return self._shown(at)
            if token.key == "CALL" and not self._is_call_bound(at):
                return self._shown(at)
            if token.key == "UNION":
                self._bound = set()
            elif token.key == "WITH" and not self._is_operator(at):
                self._bound &= self._carried(at + 1)
            elif token.text in _OPENING:
                # What is named inside is another thing outside, but for the ends of a path.
                self._outer.append(self._bound)
                if self._at(at - 1).key not in _PATHS:
                    self._bound = self._inner(at)
            elif token.text in _CLOSING and self._outer:
                self._bound = self._outer.pop()
        return ""

    def _at(self, at: int) -> Token:
        return self._tokens[at] if 0 <= at < len(self._tokens) else NOTHING

    def _shown(self, at: int) -> str:
        return " ".join(token.text for token in self._tokens[at : at + 12])[:_SHOWN]

    def _passes(self, at: int) -> bool:
        """Whether what a parenthesis opens is no node of a pattern, or one of the space."""
        if self._at(at - 1).key == "CALL":
            names = self._tokens[at + 1 : self._end(at)]
            everything = any(token.text == "*" for token in names)
            self._imported = set(self._bound) if everything else {one.name for one in names}
            return True
        if not self._is_node(at):
            return True
        named = self._at(at + 1)
        name = named.name if named.kind in NAMING and self._at(at + 2).text != "(" else ""
        if self._is_map_bound(at):
            self._bound |= {name} - {""}
            return True
        return name in self._bound

    def _is_node(self, at: int) -> bool:
        before, first, second = self._at(at - 1), self._at(at + 1), self._at(at + 2)
        if self._is_function(before, second) and not self._goes_on(self._end(at)):
            return False
        if first.text in (")", ":", "{") or first.key in ("IS", "WHERE"):
            return True
        if first.kind not in NAMING:
            return False
        if second.key == "IS":
            return self._at(at + 3).key not in ("NULL", "NOT", "NORMALIZED", "TYPED")
        return second.text in (")", ":", "{") or second.kind == "parameter" or (
            second.key == "WHERE"
        )  # fmt: skip

    def _is_function(self, before: Token, second: Token) -> bool:
        if before.kind not in NAMING or before.key in _NO_FUNCTIONS:
            return False
        return before.key not in ("ANY", "ALL") or second.key == "IN"

    def _goes_on(self, end: int) -> bool:
        """Whether an edge follows a closing parenthesis."""
        dash = end + 2 if self._at(end + 1).text == "<" else end + 1
        return self._at(dash).text == "-" and self._at(dash + 1).text in ("[", "-")

    def _end(self, at: int) -> int:
        """Return where a parenthesis is closed."""
        depth = 0
        for end in range(at, len(self._tokens)):
            text = self._tokens[end].text
            depth += (text in _OPENING) - (text in _CLOSING)
            if not depth:
                return end
        return len(self._tokens)

    def _is_map_bound(self, at: int) -> bool:
        """Whether the node that begins here says {space: $space}, and nothing else of a space."""
        depth = 0
        for now in range(at + 1, len(self._tokens)):
            token = self._tokens[now]
            if not depth and token.text == "{":
                return self._says_space(now)
            if not depth and (token.text == ")" or token.key == "WHERE"):
                return False
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        return False

    def _says_space(self, at: int) -> bool:
        depth, said, right = 0, 0, 0
        for now in range(at, self._end(at)):
            token = self._tokens[now]
            if depth == 1 and token.name == "space" and self._at(now - 1).text in ("{", ","):
                value, after = self._at(now + 2), self._at(now + 3)
                said += 1
                right += value.kind == "parameter" and value.name == "space" and (
                    after.text in (",", "}")
                )  # fmt: skip
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        return said == right == 1

    def _inner(self, at: int) -> set[str]:
        """Return what is bound behind a brace or a bracket."""
        if self._at(at).text == "{" and self._imported is not None:
            inner, self._imported = self._bound & self._imported, None
            return inner
        if self._at(at - 1).key == "CALL" and self._at(at + 1).key != "WITH":
            return set()
        return set(self._bound)

    def _carried(self, at: int) -> set[str]:
        """Return the names that a WITH passes on as they are."""
        carried: set[str] = set()
        item: list[Token] = []
        depth = 0
        for now in range(at, len(self._tokens) + 1):
            token = self._at(now)
            closed = depth == 0 and token.text in _CLOSING
            ended = closed or token is NOTHING or (depth == 0 and token.key in _CLAUSES)
            if ended or (depth == 0 and token.text == ","):
                carried |= self._bound if [one.text for one in item] == ["*"] else set()
                carried |= {one.name for one in item if len(item) == 1}
                item = []
            elif token.key != "DISTINCT" or item:
                item.append(token)
            if ended:
                break
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
        return carried

    def _is_operator(self, at: int) -> bool:
        """Whether a WITH is that of STARTS WITH: what is before STARTS is a value."""
        if self._at(at - 1).key not in ("STARTS", "ENDS"):
            return False
        value = self._at(at - 2)
        if value.kind in NAMING:
            return value.key not in _NO_FUNCTIONS
        return value.kind in ("string", "number", "parameter") or value.text in _CLOSING

    def _is_call_bound(self, at: int) -> bool:
        """Whether a call of an index asks for rows of the space alone, right behind its YIELD."""
        path = [self._at(at + n).name.casefold() for n in range(1, 6, 2)]
        if path[:2] != ["db", "index"] or path[2] not in _INDEXES:
            return True
        now = at
        while self._at(now) is not NOTHING and self._at(now).key != "YIELD":
            now += 1
        yielded = []
        while self._at(now) is not NOTHING and self._at(now).key != "WHERE":
            now += 1
            yielded.append(self._at(now).text)
        said = [self._at(now + n).text for n in range(1, 6)]
        return (
            said[1:] == [".", "space", "=", "$space"]
            and said[0] in ("node", "relationship")
            and {*yielded} <= {said[0], "score", ",", "WHERE", "where"}
            and self._at(now + 6).key in _CLAUSES - {"WHERE", "ORDER"}
        )
