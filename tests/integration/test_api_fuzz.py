"""Every operation with what its document allows and with what it does not: no defect, no breach.

`scripts/fuzz_api.py --cases 10000` does the same for longer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.fuzz_api import fuzz, serving, verdict


@pytest.mark.slow
def test_no_call_finds_a_defect_or_an_answer_that_is_not_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path / "agent.db") as address:
        status = fuzz(address, tmp_path, cases=100, seed=1)
    said = capsys.readouterr().out
    assert status == 0, said
    assert "Stateful" in said


@pytest.mark.parametrize(
    ("made", "exited", "status"), [("11,820", 0, 0), ("10000", 1, 1), ("9,999", 0, 1), ("7", 2, 2)]
)
def test_fewer_calls_than_were_asked_for_are_a_failure(
    made: str, exited: int, status: int
) -> None:
    said = f"Operations:\n  50 generated\n\nTest cases:\n  {made} generated, 5 passed\n"
    line, found = verdict(said, exited, cases=10_000)
    n_made = int(made.replace(",", ""))
    assert found == status
    assert f"{n_made:,} calls were made" in line
    assert line.startswith("too few") == (n_made < 10_000)


def test_a_run_that_says_nothing_of_its_calls_is_a_failure() -> None:
    line, status = verdict("Empty test suite\n", 0, cases=1)
    assert (line.split(":")[0], status) == ("too few", 1)
