"""A server's socket: many may wait, and who holds few connections takes the next."""

from __future__ import annotations

import multiprocessing
import socket
import time
from contextlib import ExitStack
from multiprocessing.connection import Connection

import pytest

from graphmem.errors import InvalidInput
from graphmem_api.cli.listening import ListeningSocket, listen_on

N_CLIENTS = 32


def test_answers_wait_for_nothing() -> None:
    with listen_on("127.0.0.1", 0, shared=True) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_many_may_wait_though_few_are_taken_at_once() -> None:
    with listen_on("127.0.0.1", 0, shared=True) as listening, ExitStack() as clients:
        listening.listen(1)
        address = listening.getsockname()
        for _ in range(N_CLIENTS):
            clients.enter_context(socket.create_connection(address, timeout=10))
        for _ in range(N_CLIENTS):
            clients.enter_context(listening.accept()[0])


def test_an_address_that_is_taken_is_refused_by_name() -> None:
    with listen_on("127.0.0.1", 0, shared=True) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"cannot listen on 127.0.0.1 port {port}"):
            listen_on("127.0.0.1", port, shared=True)


def test_another_process_takes_from_the_same_socket() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with listen_on("127.0.0.1", 0, shared=True) as listening:
        child = context.Process(target=_take_one, args=(listening, theirs))
        child.start()
        try:
            with socket.create_connection(listening.getsockname(), timeout=10):
                assert ours.poll(60)
                assert ours.recv() == "ListeningSocket"
        finally:
            child.join(60)
    assert child.exitcode == 0


def test_who_holds_many_hesitates_so_that_others_are_there_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hesitated: list[float] = []
    monkeypatch.setattr(time, "sleep", hesitated.append)
    with listen_on("127.0.0.1", 0, shared=True) as listening, ExitStack() as opened:
        for _ in range(N_CLIENTS):
            opened.enter_context(socket.create_connection(listening.getsockname(), timeout=10))
            opened.enter_context(listening.accept()[0])
    assert len(hesitated) == N_CLIENTS - 1  # who holds none does not
    assert hesitated == sorted(hesitated)
    assert 0 < hesitated[0] < hesitated[-1] < 0.001


def test_what_was_closed_is_held_no_more() -> None:
    with listen_on("127.0.0.1", 0, shared=True) as listening:
        assert isinstance(listening, ListeningSocket)
        kept = []
        for _ in range(3):
            with socket.create_connection(listening.getsockname(), timeout=10):
                taken, _ = listening.accept()
                kept.append(taken)  # as a transport keeps it that the collector has not met yet
                assert listening.n_held == 1
                taken.close()
        assert listening.n_held == 0


def test_a_process_that_shares_with_none_hesitates_for_none() -> None:
    with listen_on("127.0.0.1", 0, shared=False) as listening:
        assert type(listening) is socket.socket


def _take_one(listening: socket.socket, told: Connection) -> None:
    taken, _ = listening.accept()
    taken.close()
    told.send(type(listening).__name__)
