"""A point is counted once in a process, whoever passes it."""

import os

from kb_pipeline import failpoints


def test_the_second_time_is_that_of_the_process_not_of_one_publisher(monkeypatch):
    killed = []
    monkeypatch.setattr(os, "kill", lambda _pid, _signal: killed.append("now"))
    one, other = failpoints.failpoint_at("publish.after_a_test:2"), failpoints.failpoint_at("publish.after_a_test:2")
    one("publish.after_a_test")
    other("publish.before_a_test")
    assert killed == []
    other("publish.after_a_test")
    assert killed == ["now"]
