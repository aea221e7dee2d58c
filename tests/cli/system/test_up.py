"""`kb up` as a person uses it: a process of its own that is stopped with signals, and nothing may be left of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from kb_pipeline.cli.system.programs import free_port
from tests.conftest import ROOT

pytestmark = pytest.mark.slow  # processes, a browser, or a whole release for each

STAND_IN = """
import http.server, signal, subprocess, sys, time
port, wish = int(sys.argv[1]), sys.argv[2]
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"])
if wish == "stubborn":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
if wish == "dies":
    time.sleep(1)
    sys.exit("no memory for the model")
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
UP = """
import sys
from kb_pipeline.cli import app
from kb_pipeline.cli.system import up
from kb_pipeline.cli.system.programs import Program
stand_in, wishes = sys.argv[1], sys.argv[2].split(",")
def stand_ins(settings):
    ports = (settings.api_port, settings.review_port, settings.dagster_port)
    return [
        Program(name, f"the {name}", (sys.executable, stand_in, str(port), wish), "127.0.0.1", port, "/", f"--{name}-port")
        for name, port, wish in zip(up.NAMES, ports, wishes)
    ]
up._all_programs = stand_ins
sys.argv = ["kb", "up", *sys.argv[3:], "--json"]
app.main()
"""


def alive(home: Path) -> list[int]:
    """Every process of that home: they all carry it in their environment."""
    mark = f"KB_HOME={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue  # gone, or not ours
    return found


def none_left(home: Path) -> bool:
    """Whether no process is left, once the kernel has taken the dead away."""
    until = time.monotonic() + 5
    while alive(home) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(home)


def ports() -> list[str]:
    """Three free ports, as options."""
    sockets = [socket.socket() for _ in range(3)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    numbers = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ["--api-port", numbers[0], "--review-port", numbers[1], "--dagster-port", numbers[2]]


@pytest.fixture
def start(tmp_path):
    (tmp_path / "stand_in.py").write_text(STAND_IN, encoding="utf-8")
    started = []

    def run(*words: str, wishes: str = "willing,willing,willing", command: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        env = os.environ | {"KB_HOME": str(tmp_path / "home"), "KB_LOCALES_DIR": str(ROOT / "locales"), "PYTHONPATH": str(ROOT)}
        whole = command or (sys.executable, "-c", UP, str(tmp_path / "stand_in.py"), wishes)
        process = subprocess.Popen(
            [*whole, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
    for pid in alive(tmp_path / "home"):
        os.kill(pid, signal.SIGKILL)


def test_all_get_ready_and_their_addresses_and_what_is_missing_are_said(start, tmp_path):
    options = ports()
    process = start(*options)
    output = json.loads(process.stdout.readline())
    assert [p["url"] for p in output["programs"]] == [f"http://127.0.0.1:{port}" for port in options[1::2]]
    wanted = ("kb user add NAME --role admin", "kb key add NAME", "kb release publish")
    assert [n["run"].endswith(command) for n, command in zip(output["next"], wanted, strict=True)] == [True] * 3
    assert all(httpx.get(p["url"]).is_success for p in output["programs"])
    assert all("listening" in Path(p["log"]).read_text(encoding="utf-8") for p in output["programs"])
    assert len(alive(tmp_path / "home")) == 7  # kb up, three programs, and what each of them started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_all_of_them_and_what_they_started(start, tmp_path, number):
    process = start(*ports())
    process.stdout.readline()
    process.send_signal(number)
    assert process.wait(10) == 0
    assert none_left(tmp_path / "home")


def test_a_signal_while_they_start_ends_them_too(start, tmp_path):
    process = start(*ports(), wishes="willing,willing,dies")
    while len(alive(tmp_path / "home")) < 4:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert none_left(tmp_path / "home")


def test_a_second_ctrl_c_kills_what_does_not_listen(start, tmp_path):
    process = start(*ports(), wishes="willing,stubborn,willing")
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None  # it still waits for the stubborn one
    process.send_signal(signal.SIGINT)
    assert process.wait(3) == 0
    assert none_left(tmp_path / "home")


def test_one_that_dies_is_told_with_its_last_words_and_ends_the_others(start, tmp_path):
    process = start(*ports(), wishes="willing,dies,willing")
    assert process.wait(20) == 1
    output = process.stderr.read()
    assert "the review ended by itself (exit code 1)" in output
    assert "no memory for the model" in output
    assert "review.log" in output
    assert none_left(tmp_path / "home")


def test_a_taken_port_is_named_with_what_it_is_for_before_anything_starts(start, tmp_path):
    options = ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(options[3])))
        taken.listen()
        process = start(*options)
        assert process.wait(20) == 1
    error = json.loads(process.stdout.read())["error"]
    assert error["code"] == "port-taken"
    assert options[3] in error["message"]
    assert "the review" in error["message"]
    assert "--review-port" in error["remedy"]
    assert not (tmp_path / "home" / "logs").exists()


def test_two_programs_on_one_port_are_wrong_use(start):
    process = start("--api-port", "9001", "--review-port", "9001")
    assert process.wait(20) == 2
    assert "9001" in process.stderr.read()


@pytest.mark.parametrize("only", ["api,reviews", ","])
def test_an_unknown_program_is_wrong_use(start, only):
    process = start("--only", only)
    assert process.wait(20) == 2
    assert "choose from: api, review, dagster" in process.stderr.read()


def test_only_what_is_wanted_starts(start):
    process = start(*ports(), "--only", "dagster,api")
    assert [p["name"] for p in json.loads(process.stdout.readline())["programs"]] == ["api", "dagster"]


@pytest.mark.slow
def test_the_real_three_get_ready_and_leave_nothing_behind(start, tmp_path):
    process = start(*ports(), "--json", command=(str(Path(sys.executable).with_name("kb")), "up"))
    output = json.loads(process.stdout.readline())
    urls = {p["name"]: p["url"] for p in output["programs"]}
    assert httpx.get(urls["api"] + "/readyz").json()["ready"] is True
    assert httpx.get(urls["review"] + "/", follow_redirects=True).is_success
    assert "dagster_version" in httpx.get(urls["dagster"] + "/server_info").json()
    assert len(alive(tmp_path / "home")) > 4
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert none_left(tmp_path / "home")


def test_a_free_port_can_be_listened_on():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port("127.0.0.1")))
