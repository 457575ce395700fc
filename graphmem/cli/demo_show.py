"""How the demo looks in a terminal: one method a scene. Under `--json` only the end speaks."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from graphmem.cli.escaped import escaped
from graphmem.cli.output import day, emit, program, told_parts
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.cli.demo_changed import FactChange
    from graphmem.cli.demo_texts import DemoText
    from graphmem.cli.inputs import LeftOut
    from graphmem_schemas import Citation, Context, Passage, Recall, Receipt, Stats

__all__ = ["Show"]

_MAX_WIDTH = 110


class Show:
    """Writes the scenes to stdout."""

    def __init__(self, session: Session) -> None:
        self._session = session
        console = Console(highlight=False, quiet=session.as_json)
        console.width = min(console.width, _MAX_WIDTH)
        self._console = console

    def title(self, text: str) -> None:
        """Begin a scene."""
        self._console.print()
        self._console.print(Rule(Text(text, "bold"), align="left", style="dim"))

    def added(self, text: DemoText, receipt: Receipt, seconds: float) -> None:
        """Say what one text brought."""
        brought = {label: len(uids) for label, uids in receipt.added.items()}
        line = Text(f"  {escaped(text.source):<34.34}", "bold")
        for label, one, many in (
            ("Passage", "passage", "passages"),
            ("Entity", "entity", "entities"),
            ("Event", "event", "events"),
            ("Proposition", "fact", "facts"),
        ):
            number = brought.get(label, 0)
            line.append(f"{number:>6,} ", "cyan")
            line.append((one if number == 1 else many).ljust(len(many)), "not bold")
        line.append(f"  {seconds:5.1f} s", "dim")
        self._console.print(line, soft_wrap=True)

    def left_out(self, file: LeftOut) -> None:
        """Say which of the user's files was not added, and why."""
        self._lines(f"{file.name} left out: {file.reason}", "yellow", "  ")

    def counts(self, stats: Stats, n_texts: int, seconds: float) -> None:
        """Say what the graph holds now."""
        n_nodes, n_edges = sum(stats.nodes.values()), sum(stats.edges.values())
        self.title("The graph")
        self._console.print(
            f"  {n_texts} texts in {seconds:.1f} s, without an LLM: [bold]{n_nodes:,}[/] nodes, "
            f"[bold]{n_edges:,}[/] edges, {stats.n_vectors:,} vectors, "
            f"{stats.store_bytes / 1e6:.1f} MB"
        )
        table = Table.grid(padding=(0, 2))
        for _ in range(4):
            table.add_column(justify="right", style="cyan")
            table.add_column()
        rows = _ranked(stats.nodes), _ranked(stats.edges)
        cells = [cell for row in rows for cell in row]
        for start in range(0, len(cells), 4):
            line = [text for count, name in cells[start : start + 4] for text in (count, name)]
            table.add_row(*line)
        self._console.print(Padding(table, (0, 0, 0, 2)))

    def ready(self, seconds: float) -> None:
        """Say what the first search took, which does what is done once."""
        self._console.print(f"  ready for questions after another {seconds:.1f} s", style="dim")

    def answer(
        self, number: int, question: str, shows: str, context: Context, milliseconds: float
    ) -> None:
        """Show the context of one question, where it is from, and how it was found."""
        head = Text(f"\n{number}. {escaped(question)}", "bold")
        head.append(f"   {shows}; {milliseconds:.0f} ms, {context.n_tokens} tokens", "dim")
        self._console.print(head, soft_wrap=True)
        if context.abstained:
            self._console.print(Text(escaped(f"   no answer: {context.abstained}"), "yellow"))
            return
        for paragraph in filter(str.strip, context.text.split("\n")):
            self._lines(paragraph)
        self._lines("  ".join(_origin(citation) for citation in context.citations), "green")
        self._lines(_why(context), "dim")

    def expected(self, answer: str, places: Sequence[int]) -> None:
        """Say what the answer is, and which of the cited passages hold it."""
        if places:
            where = " ".join(f"[{number}]" for number in places)
            self._lines(f"the answer ({answer}) is in {where}", "green")
        else:
            self._lines(f"the answer ({answer}) is not in these passages", "red")

    def yours(self, n_names: int) -> None:
        """Begin the questions about the user's own texts."""
        self.title("Your own texts")
        if not n_names:
            self._console.print("  no name was found in them to ask about", style="yellow")

    def declined(self, recall: Recall) -> None:
        """Show the question that has no answer."""
        self.title("One question that it declines")
        self._console.print(Text(escaped(f"  {recall.question}"), "bold"))
        if recall.abstained:
            self._console.print(Text(escaped(f"  no answer: {recall.abstained}"), "yellow"))
        else:
            self._console.print("  it found something all the same:", style="red")
            for hit in recall.hits[:2]:
                self._lines(hit.text)

    def changed(self, change: FactChange | None) -> None:
        """Show a fact that changed, both of its states, and their evidence."""
        self.title("One fact that changed")
        if change is None:
            self._console.print("  the change that the texts tell of was not seen", style="red")
            return
        for word, fact, evidence in (
            ("was", change.old, change.old_evidence),
            ("is", change.new, change.new_evidence),
        ):
            line = Text(f"  {word:<4}", "dim")
            line.append(escaped(fact.text), "bold strike" if word == "was" else "bold")
            line.append(f"   {_period(day(fact.valid_from), day(fact.valid_to))}", "cyan")
            self._console.print(line)
            for passage in evidence[:2]:
                self._lines(_quote(passage), "green", "        ")

    def picture(self, path: Path) -> None:
        """Say where the picture is."""
        self.title("The picture")
        self._console.print(
            f"  [bold]{path}[/] ({path.stat().st_size / 1e3:,.0f} kB): open it in a browser",
            soft_wrap=True,
        )

    def end(self, result: Mapping[str, Any], store: Path, question: str) -> None:
        """Give the result to a machine, or tell a person how to go on."""
        if self._session.as_json:
            emit(self._session, result, list)
            return
        where = shlex.join(["--store", str(store)])
        self.title(f"Done in {result['seconds']:.1f} s; go on asking")
        self._console.print(f'  {program()} search {where} --why "{question}"', soft_wrap=True)

    def _lines(self, text: str, style: str = "", indent: str = "   ") -> None:
        """Print a text so that it fits, without trailing blanks."""
        width = self._console.width
        for line in textwrap.wrap(
            escaped(text), width, initial_indent=indent, subsequent_indent=indent
        ):
            self._console.print(Text(line, style), soft_wrap=True)


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(f"{count:,}", name) for name, count in ranked if count]


def _origin(citation: Citation) -> str:
    return f"[{citation.number}] {citation.ref or citation.source}"


def _why(context: Context) -> str:
    """Explain the best hit that is cited, by its number."""
    numbers = {citation.passage: citation.number for citation in context.citations}
    hit = next((hit for hit in context.recall.hits if hit.uid in numbers), None)
    if hit is None:
        return ""
    path = "; ".join(step.text or f"{step.start} {step.kind} {step.end}" for step in hit.why)
    return f"why [{numbers[hit.uid]}]: {told_parts(hit)}" + (f"; by way of {path}" if path else "")


def _period(start: str, end: str) -> str:
    return f"from {start or 'unknown'}" + (f" to {end}" if end else " on")


def _quote(passage: Passage) -> str:
    said = " · ".join(part for part in (passage.speaker, day(passage.at)) if part)
    text = " ".join(passage.text.split())
    return f"“{text if len(text) <= 150 else text[:149] + '…'}” {said}"
