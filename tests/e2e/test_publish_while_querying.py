"""Publications and a rollback under load: no answer fails, none is of two releases, and a flip is soon seen."""

import sys

import pytest

from benchmarks.publish_while_querying import run


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_answer_is_of_one_whole_release_while_releases_come_and_go(tmp_path):
    figures = run(tmp_path, clients=4, seconds=10, publishes=3, rollbacks=1)
    sys.stderr.write(f"\n{figures}\n")
    assert figures["failures"] == {}
    assert figures["mixed"] == 0
    assert figures["requests"] > 50
    assert figures["flips_seen"] == figures["flips"] == 4
    assert figures["seen_after_max_s"] <= 2
    assert figures["last_old_answer_max_s"] <= 2
    assert figures["api_exit_code"] == 0
