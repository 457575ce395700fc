"""Every operation with what its document allows and with what it does not: no defect, no breach.

`scripts/fuzz_api.py --cases 10000` does the same for longer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.fuzz_api import fuzz, serving

pytestmark = pytest.mark.slow


def test_no_call_finds_a_defect_or_an_answer_that_is_not_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path / "agent.db") as address:
        status = fuzz(address, tmp_path, cases=100, seed=1)
    said = capsys.readouterr().out
    assert status == 0, said
    assert "Stateful" in said
