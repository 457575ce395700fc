import os

import pytest

from graphmem.core.while_wanted import WhileWanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_child_has_the_setting_as_it_was_and_may_want_it_anew() -> None:
    settings = ["before"]

    def change() -> object:
        settings.append("changed")
        return settings.pop

    wanted = WhileWanted(change)  # type: ignore[arg-type]
    with wanted():
        pid = os.fork()
        if pid == 0:
            seen = [settings[-1]]
            with wanted():
                seen.append(settings[-1])
            seen.append(settings[-1])
            os._exit(seen != ["before", "changed", "before"])
        assert settings[-1] == "changed"
    assert settings == ["before"]
    assert os.waitpid(pid, 0)[1] == 0


def test_a_block_that_was_entered_before_a_fork_takes_nothing_back_twice() -> None:
    taken: list[int] = []
    wanted = WhileWanted(lambda: lambda: taken.append(1))
    with wanted():
        wanted._start_over()
    assert taken == [1]
