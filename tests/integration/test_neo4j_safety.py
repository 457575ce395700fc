"""Crowds and crashes: on Neo4j too, what was acknowledged is there, once, and whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from graphmem.core.changes import Changes, Commit
from graphmem.errors import StoreBusy, StoreCorrupt, StoreUnavailable
from graphmem.ports import GraphReader
from graphmem.stores.neo4j import Neo4jStore, client
from graphmem.testing.feed_contract import Mirror, read_feed
from graphmem.testing.samples import edge, entity, passage, vector
from scripts.neo4j_server.server import Login, Neo4jServer

# Each takes a start of the server; what is claimed was seen with 20.
N_KILLS = int(os.environ.get("GRAPHMEM_TEST_SERVER_KILLS", "2"))
CHILD = Path(__file__).with_name("neo4j_child.py")


def environment(login: Login) -> dict[str, str]:
    return {
        "NEO4J_URI": login.uri, "NEO4J_USER": login.user, "NEO4J_PASSWORD": login.password,
        "NEO4J_DATABASE": login.database,
    }  # fmt: skip


def start(login: Login, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), *map(str, arguments)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **environment(login)},
    )  # fmt: skip


def ended(child: subprocess.Popen[str]) -> list[str]:
    # Read from where `readline` stopped: `communicate` would lose what that had read ahead.
    assert child.stdout
    late = threading.Timer(240 + 30 * N_KILLS, child.kill)
    late.start()
    out = child.stdout.read()
    child.stdout.close()
    code = child.wait()
    late.cancel()
    assert code == 0
    return out.split()


@pytest.fixture
def space() -> str:
    return uuid4().hex


@pytest.fixture
def _login(neo4j: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(neo4j).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def store(_login: None) -> Iterator[Neo4jStore]:
    made = Neo4jStore("neo4j://")
    yield made
    made.close()


@pytest.fixture
def quiet(neo4j_alone: Neo4jServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neo4jStore]:
    """A store to which nobody else writes: the doctor reads all of it, row by row."""
    for name, value in environment(neo4j_alone.login).items():
        monkeypatch.setenv(name, value)
    made = Neo4jStore("neo4j://")
    yield made
    made.close()


def test_processes_that_add_the_same_make_each_thing_once(
    neo4j: Login, store: Neo4jStore, space: str
) -> None:
    n_documents = 12
    children = [start(neo4j, "same", space, n_documents) for _ in range(4)]
    n_new = [int(ended(child)[-1]) for child in children]
    assert sum(n_new) == n_documents
    counts = store.count(space)
    assert counts.nodes == {"Passage": n_documents, "Entity": n_documents + 1}
    assert counts.edges == {"MENTIONS": 2 * n_documents, "SIMILAR": 1}
    assert (counts.n_vectors, counts.seq) == (n_documents, n_documents)
    (loop,) = store.neighbours(space, ["hub"], ["SIMILAR"])
    assert loop.weight == n_documents


def test_both_sides_of_a_fork_may_write(neo4j: Login, store: Neo4jStore, space: str) -> None:
    n_steps = 5
    assert ended(start(neo4j, "fork", space, n_steps))[-2:] == ["done", str(n_steps)]
    assert store.get(space, ["n"]) == [passage("n", text=str(2 * n_steps))]
    assert store.seq(space) == 2 * n_steps


def test_writers_go_on_by_themselves_when_the_server_is_killed(
    neo4j_alone: Neo4jServer, monkeypatch: pytest.MonkeyPatch, space: str
) -> None:
    """Every step that was acknowledged counts once, and so does every one that was not."""
    login = neo4j_alone.login
    n_writers, n_steps, n_kills = 4, 30 * N_KILLS, N_KILLS
    writers = [start(login, "count", space, n_steps) for _ in range(n_writers)]
    said = [writer.stdout for writer in writers]
    assert all(said)
    # Who opens a server that is not there is told so: all are writing before it goes.
    heard = [out.readline().strip() for out in said if out]
    for _ in range(n_kills):
        heard += [said[0].readline().strip() for _ in range(15) if said[0]]
        neo4j_alone.kill()
        neo4j_alone.start()
    for writer in writers:
        *more, _, done = ended(writer)
        assert int(done) == n_steps
        heard += more
    for name, value in environment(login).items():
        monkeypatch.setenv(name, value)
    store = Neo4jStore("neo4j://")
    total = n_writers * n_steps
    assert sorted(map(int, heard)) == list(range(1, total + 1))
    assert store.get(space, ["n"]) == [passage("n", text=str(total))]
    counts = store.count(space)
    assert (counts.seq, counts.nodes, counts.edges) == (
        total, {"Passage": total + 1}, {"NEXT": total},
    )  # fmt: skip
    mirror = Mirror()
    mirror.follow(store.changes(space, 0, labels=["Passage"], kinds=["NEXT"]))
    mirror.assert_same_as(store, space)
    assert store.check() == []
    store.close()


def step(reader: GraphReader, space: str) -> Changes:
    (old,) = reader.get(space, ["n"])
    return Changes(nodes=(passage("n", text=str(int(getattr(old, "text", "0")) + 1)),))


@pytest.mark.parametrize("before", [True, False], ids=["not committed", "committed"])
def test_a_commit_whose_answer_is_lost_is_made_once(
    store: Neo4jStore, space: str, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Whether the server had made it or not, and the receipt is the right one."""
    n_lost = 0
    commit = client.Write.commit

    def lose(self: client.Write) -> None:
        nonlocal n_lost
        n_lost += 1
        if n_lost > 1 or not before:
            commit(self)
        if n_lost == 1:
            raise ServiceUnavailable("the connection broke")

    pair = (entity("x"), entity("y"))
    store.apply(space, lambda _: Changes(nodes=pair, edges=(edge("x", "y"),)))
    with monkeypatch.context() as patch:
        patch.setattr(client.Write, "commit", lose)
        gone = store.apply(space, lambda _: Changes(remove_nodes=("y",)))
        assert gone == Commit(2, {"Entity": 1}, {"SIMILAR": 1})
        n_lost = 0
        assert store.apply(space, lambda reader: step(reader, space)).seq == 3
    assert n_lost == (2 if before else 1)
    assert store.get(space, ["n"]) == [passage("n", text="1")]
    assert store.seq(space) == 3


def test_trouble_that_does_not_pass_is_said_in_the_end(
    store: Neo4jStore, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE_S", 0.1)

    def refuse(self: client.Write) -> None:
        raise trouble

    monkeypatch.setattr(client.Write, "commit", refuse)
    trouble: Exception = ServiceUnavailable("gone")
    with pytest.raises(StoreUnavailable, match=r"no Neo4j answers .*gone"):
        store.apply(space, lambda _: Changes(nodes=(entity("x"),)))
    code = "Neo.TransientError.Transaction.DeadlockDetected"
    trouble = Neo4jError._hydrate_neo4j(code=code, message="locked")
    with pytest.raises(StoreBusy, match=r"DeadlockDetected: locked.*try again"):
        store.apply(space, lambda _: Changes(nodes=(entity("x"),)))
    assert store.seq(space) == 0


def test_who_sees_the_number_of_a_commit_finds_all_of_it(store: Neo4jStore, space: str) -> None:
    """Neo4j shows a commit bit by bit: first its number, some milliseconds later its rows."""
    n_commits, n_rows = 10, 1_000
    follower = Neo4jStore("neo4j://")

    def write() -> None:
        for i in range(n_commits):
            nodes = tuple(passage(f"{i}-{j}") for j in range(n_rows))
            edges = tuple(edge(nodes[0].uid, node.uid, kind="NEXT") for node in nodes)
            vectors = tuple(vector(node.uid, float(i), 1.0) for node in nodes)
            store.apply(space, lambda _, c=(nodes, edges, vectors): Changes(*c))  # type: ignore[misc]

    writer = threading.Thread(target=write)
    writer.start()
    mirror = Mirror()
    while mirror.seq < n_commits:
        if (seq := follower.seq(space)) == mirror.seq:
            continue
        mirror.follow(read_feed(follower, mirror.seq, space))
        assert mirror.seq >= seq
        n_seen = (len(mirror.nodes), len(mirror.edges), len(mirror.vectors))
        assert n_seen == (n_rows * mirror.seq,) * 3
        counts = follower.count(space)
        assert counts.nodes["Passage"] == counts.edges["NEXT"] == n_rows * counts.seq
    writer.join()
    mirror.assert_same_as(store, space)
    follower.close()


@pytest.mark.usefixtures("_login")
def test_closing_while_others_write_is_no_crash(space: str) -> None:
    """Those are told that the store is closed; what was acknowledged is there."""
    store = Neo4jStore("neo4j://")
    seqs: list[int] = []

    def write() -> None:
        while True:
            nodes = tuple(passage(f"{len(seqs)}-{i}") for i in range(500))
            seqs.append(store.apply(space, lambda _, n=nodes: Changes(nodes=n)).seq)  # type: ignore[misc]
            enough.set()

    enough = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(write)
        assert enough.wait(60)
        store.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            told.result(timeout=240)
    again = Neo4jStore("neo4j://")
    assert again.seq(space) in (seqs[-1], seqs[-1] + 1)
    again.close()


def test_a_row_that_cannot_be_read_is_said(store: Neo4jStore, space: str) -> None:
    """Not that it was just being changed: it stays so."""
    store.apply(space, lambda _: Changes(nodes=(entity("x"),)))
    broken = "MATCH (n:Entity {space: $space}) REMOVE n.name"
    store._client.write(broken, space=space)
    with pytest.raises(StoreCorrupt, match=r"Entity x in the store cannot be read.*doctor"):
        store.get(space, ["x"])


@pytest.mark.parametrize(
    ("harm", "match"),
    [
        ("MATCH (n:Entity {space: $space, uid: 'x'}) DETACH DELETE n", "counter says 2"),
        ("MATCH (n:Entity {space: $space, uid: 'x'}) REMOVE n.name", "cannot be read"),
        ("MATCH (n:Entity {space: $space, uid: 'x'}) REMOVE n.lookup", "Entity x .*its keys"),
        ("MATCH (k:GraphmemKey {space: $space}) DELETE k", "has 0 keys .* nodes have 1"),
        ("MATCH (c:GraphmemContribution {space: $space}) DELETE c", "SIMILAR x -> y .*source s"),
        ("MATCH ()-[r {space: $space}]->() SET r.seq = 7", "rows of commit 7"),
        ("MATCH (n {space: $space, uid: 'y'}) SET n.space = 'other'", "1 edges SIMILAR .*leave"),
        ("MATCH (s:GraphmemSpace {name: $space}) SET s.n_vectors = 9", "do not agree"),
    ],
)  # fmt: skip
def test_the_doctor_finds_what_a_hand_has_broken(
    quiet: Neo4jStore, space: str, harm: LiteralString, match: str
) -> None:
    pair = (entity("x"), entity("y", aliases=("z",)))
    whole = Changes(nodes=pair, edges=(edge("x", "y"),), vectors=(vector("x"),))
    quiet.apply(space, lambda _: whole)
    assert quiet.check() == []
    quiet._client.write(harm, space=space)
    assert any(re.search(match, line) for line in quiet.check())
    mend = "MATCH (n) WHERE n.space IN [$space, 'other'] OR n.name = $space DETACH DELETE n"
    quiet._client.write(mend, space=space)
