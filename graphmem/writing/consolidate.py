"""Upkeep between sessions: what many small writes together mean.

Stages run one after another over what is new since the last time. Each writes in commits of its
own and changes nothing when it runs again, so that who was stopped simply begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from graphmem.core.changes import Changes
from graphmem.ports import LLM, Clock, Float32, GraphReader, GraphStore, Models, Progress
from graphmem.writing.concepts import assign
from graphmem.writing.doubles import merge_doubles
from graphmem.writing.learn import learn_relations
from graphmem.writing.lift import lift_repeated
from graphmem.writing.overhear import overhear
from graphmem.writing.settle import settle_runs
from graphmem.writing.site import Site, parts
from graphmem_schemas import Concept, ConsolidateReceipt, Passage

__all__ = ["STAGES", "Stage", "consolidate"]

Stage = Callable[[Site], None]


def consolidate(
    store: GraphStore, space: str, models: Models, clock: Clock, progress: Progress
) -> ConsolidateReceipt:
    """Run all stages over what is new since the last call that came to its end.

    Time: linear in what is new, and for a few stages in what stands around it (the events of an
    agent that has a new one, the facts of a relation that has one).

    Args:
        store: holds the space.
        space: the space.
        models: its embedder is loaded where something must be placed by meaning; its LLM, where
            there is one, judges names that rules leave open.
        clock: dates what is new.
        progress: hears (stage, stages done, stages in all).
    """
    since, until = _last_time(store, space), store.seq(space)
    if since == until:
        return ConsolidateReceipt(seq=0, since=since, until=until)

    def embed(texts: Sequence[str]) -> Float32:
        return models.embedder.embed(texts)

    site = Site(store, space, clock(), since, embed)
    stages = _stages(models.llm)
    for done, (name, stage) in enumerate(stages):
        progress(name, done, len(stages))
        stage(site)
    progress(stages[-1][0], len(stages), len(stages))
    # What was written meanwhile, here or elsewhere, is looked at the next time.
    _note(store, space, until)
    return ConsolidateReceipt(
        seq=site.seq, since=since, until=until, merged=tuple(site.merged),
        lifted=tuple(site.lifted), learnt=tuple(site.learnt), unlearnt=tuple(site.unlearnt),
        added={label: tuple(uids) for label, uids in sorted(site.added.items())},
        stages=tuple(name for name, _ in stages), judged=tuple(site.judged),
        notes=tuple(site.notes),
    )  # fmt: skip


def _settle(site: Site) -> None:
    settled = settle_runs(site.store, site.space)
    site.seq = max(site.seq, settled.seq)
    for label, uids in settled.added.items():
        site.tell(label, uids)


def _overhear(site: Site) -> None:
    """Keep the instructions that new passages state."""
    for part in parts(site.new("Passage")):
        nodes = site.store.get(site.space, part)
        passages = [node for node in nodes if isinstance(node, Passage)]
        seq, added = overhear(passages, site.store, site.space, lambda: site.now)
        site.seq = max(site.seq, seq)
        for label, uids in added.items():
            site.tell(label, uids)


def _conceive(site: Site) -> None:
    """Say what is new is about, and make the concepts that it shares with others.

    Where somebody loaded concepts, what is old may be about them, too.
    """
    nodes = site.store.get(site.space, site.new("Concept"))
    loaded = any(isinstance(node, Concept) and node.given for node in nodes)
    here = replace(site, since=0) if loaded else site
    for part in parts(here.new("Proposition", "Prescription", "Insight", "Hyperedge")):
        made: list[str] = []

        def plan(reader: GraphReader, part: list[str] = part, made: list[str] = made) -> Changes:
            changes = assign(part, reader, site.space, site.now, site.embed)
            known = reader.get(site.space, [node.uid for node in changes.nodes])
            made[:] = [
                node.uid
                for node, old in zip(changes.nodes, known, strict=True)
                if old is None and node.label == "Concept"
            ]
            return changes

        if site.apply(plan):
            site.tell("Concept", made)


# In an order in which a later one sees what the ones before it made.
STAGES: tuple[tuple[str, Stage], ...] = (
    ("merging doubles", merge_doubles),
    ("lifting what is told again", lift_repeated),
    ("learning relations", learn_relations),
    ("settling runs", _settle),
    ("hearing instructions", _overhear),
    ("finding concepts", _conceive),
)


def _stages(llm: LLM | None) -> tuple[tuple[str, Stage], ...]:
    """Return the stages that run; an LLM is asked right after the rules have done theirs."""
    if llm is None:
        return STAGES
    from graphmem.writing.llm.doubles import ask_doubles
    from graphmem.writing.llm.lessons import distil_runs

    asking: dict[Stage, tuple[str, Stage]] = {
        merge_doubles: ("asking about doubles", partial(ask_doubles, llm)),
        _settle: ("distilling runs", partial(distil_runs, llm)),
    }
    return tuple(
        one for name, stage in STAGES for one in ((name, stage), asking.get(stage)) if one
    )


def _last_time(store: GraphStore, space: str) -> int:
    """Return up to which commit everything has been looked at; 0 where the store tells another
    story since (it was put back to an older copy).
    """
    try:
        said = json.loads(store.read_meta(_key(space)) or "{}")
        seq, token = int(said["seq"]), str(said["token"])
    except (ValueError, KeyError, TypeError):
        return 0
    return seq if (store.token(space, seq) or "") == token else 0


def _note(store: GraphStore, space: str, seq: int) -> None:
    said = {"seq": seq, "token": store.token(space, seq) or ""}
    store.write_meta(_key(space), json.dumps(said))


def _key(space: str) -> str:
    return f"consolidated {space}"
