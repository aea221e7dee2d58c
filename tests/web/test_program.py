"""A face as a program: options, a port that is taken, and a graceful end."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from kb_pipeline.errors import PortTakenError, UsageError
from kb_pipeline.web.program import Address, listen, read_address, serve, trusted_proxies
from tests.conftest import ROOT

DEFAULT = Address("127.0.0.1", 8000, "KB_API_PORT")
SLOW = """
import asyncio, sys
from kb_pipeline.web.program import Address, serve

async def app(scope, receive, send):
    if scope["type"] == "http":
        print("asked", flush=True)
        await asyncio.sleep(0.5)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": "ตอบแล้ว".encode()})

sys.exit(serve(lambda: app, Address("127.0.0.1", 0, "KB_API_PORT"), "it listens on {url}", "WARNING", lifespan="off"))
"""


def run(*command, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | options,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_options_name_the_address_and_the_settings_are_the_default(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["x", "--port", "0"])
    assert read_address("kb_pipeline.api", "Serve.", DEFAULT) == Address("127.0.0.1", 0, "KB_API_PORT")
    monkeypatch.setattr(sys, "argv", ["x", "--host", "::1"])
    assert read_address("kb_pipeline.api", "Serve.", DEFAULT) == Address("::1", 8000, "KB_API_PORT")


@pytest.mark.parametrize("port", ["x", "-1", "70000", "8000.5", ""])
def test_what_is_no_port_is_wrong_use(monkeypatch, capsys, port):
    monkeypatch.setattr(sys, "argv", ["x", f"--port={port}"])
    with pytest.raises(SystemExit) as ended:
        read_address("kb_pipeline.api", "Serve.", DEFAULT)
    assert ended.value.code == 2
    assert f"'{port}' is no port" in capsys.readouterr().err


def test_a_port_that_is_taken_names_the_setting_to_change():
    with listen("127.0.0.1", 0, "KB_API_PORT") as first, pytest.raises(PortTakenError, match="in use") as refused:
        listen("127.0.0.1", first.getsockname()[1], "KB_API_PORT")
    assert refused.value.remedy.endswith("--port, KB_API_PORT")


@pytest.mark.parametrize(("face", "setting"), [("api", "KB_API_PORT"), ("review", "KB_REVIEW_PORT")])
def test_a_face_whose_port_is_taken_ends_with_1_and_says_what_to_do(tmp_path, face, setting):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = run("-m", f"kb_pipeline.{face}", "--port", str(taken.getsockname()[1]), KB_HOME=str(tmp_path))
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 1
    assert errors.startswith("error [port-taken]: cannot listen on 127.0.0.1:")
    assert errors.endswith(f"what to do: stop what listens there, or choose another: --port, {setting}\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_the_request_in_flight_finish_and_is_no_failure(number):
    program = run("-c", SLOW)
    url = program.stderr.readline().removeprefix("it listens on ").strip()
    replies = []
    asking = threading.Thread(target=lambda: replies.append(httpx.get(url, timeout=20).text))
    asking.start()
    assert program.stdout.readline() == "asked\n"
    program.send_signal(number)
    _, errors = program.communicate(timeout=20)
    asking.join(20)
    assert (replies, program.returncode, errors) == (["ตอบแล้ว"], 0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_comes_as_soon_as_the_address_is_known_is_heard(number):
    for _ in range(3):
        program = run("-c", SLOW)
        assert program.stderr.readline().startswith("it listens on ")
        program.send_signal(number)
        _, errors = program.communicate(timeout=20)
        assert (program.returncode, errors) == (0, "")


ADDRESS = """
import sys
from kb_pipeline.web.program import Address, serve

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})

address = Address("127.0.0.1", 0, "KB_API_PORT")
sys.exit(serve(lambda: app, address, "it listens on {url}", "WARNING", proxies=sys.argv[1], lifespan="off"))
"""


@pytest.mark.parametrize(
    ("proxies", "known_as"),
    [("", "127.0.0.1"), ("10.0.0.0/8", "127.0.0.1"), ("127.0.0.1", "10.1.1.1"), ("127.0.0.1, 10.0.0.0/8", "198.51.100.7")],
)
def test_a_client_is_known_by_what_the_trusted_proxies_say_read_from_the_right(proxies, known_as):
    program = run("-c", ADDRESS, proxies)
    url = program.stderr.readline().removeprefix("it listens on ").strip()
    said = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7, 10.1.1.1"}
    try:
        assert httpx.get(url, headers=said, timeout=20).text == known_as
    finally:
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=20)


@pytest.mark.parametrize("text", ["*", "proxy", "10.0.0.1/8", "127.0.0.1;10.0.0.1"])
def test_who_is_trusted_is_named_by_address(text):
    with pytest.raises(UsageError, match="trusted proxy") as refused:
        trusted_proxies(text)
    assert "KB_TRUSTED_PROXIES" in refused.value.remedy


def test_what_a_server_logs_moves_no_cursor(capsys, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's own

    def build():
        logging.getLogger("app").warning("asked for %s", "\x1b[2J\u202eคืน")
        raise UsageError("no \x1b[31mapp", "mend it")

    assert serve(build, Address("127.0.0.1", 0, "KB_API_PORT"), "", "WARNING")
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert r"asked for \u001b[2J\u202eคืน" in shown
    assert r"no \u001b[31mapp" in shown
