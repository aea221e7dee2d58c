"""The endpoint: answers as a script does, and spoils what it is told to. Real HTTP on a free port, in this process."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.faults import Fault
from tests.faults.wire import Wire, good

DRIP = 0.05  # seconds between two bytes


class Endpoint:
    """What one server knows. `script`: a request's messages -> the good answer; `choose`: the fault of a request, or None."""

    def __init__(self, script: Callable[[list[dict[str, str]]], str]) -> None:
        self.script = script
        self.choose: Callable[[dict[str, Any]], Fault | None] = lambda _: None
        self.calls = 0
        self.sent = Counter[str]()  # faults by name
        self.url = ""
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def wire(self, body: dict[str, Any]) -> Wire:
        """What to send."""
        fault = self.choose(body)
        with self.lock:
            self.calls += 1
            if fault:
                self.sent[fault.name] += 1
        content = self.script(body["messages"])
        return fault.spoil(content) if fault else good(content)


@contextmanager
def serve(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint, listening at `endpoint.url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                _send(self, endpoint.wire(body), endpoint.closing)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.closing.set()
        server.shutdown()
        server.server_close()


def _send(http: BaseHTTPRequestHandler, wire: Wire, closing: threading.Event) -> None:
    if wire.manner == "hang":
        closing.wait(30)
    if wire.manner in ("reset", "silent", "no-http", "hang"):
        _end(http, wire)
        return
    http.send_response(wire.status)
    http.send_header("Content-Type", wire.type)
    for name, value in wire.headers.items():
        http.send_header(name, value)
    if wire.manner == "chunks-cut":
        http.send_header("Transfer-Encoding", "chunked")
    else:
        http.send_header("Content-Length", str(len(wire.body)))
    http.end_headers()
    if wire.manner == "whole":
        http.wfile.write(wire.body)
        return
    half = wire.body[: len(wire.body) // 2]
    if wire.manner == "drip":
        for byte in half:
            if closing.wait(DRIP):
                break
            http.wfile.write(bytes([byte]))
    else:
        http.wfile.write(b"%x\r\n%b\r\n" % (len(half), half) if wire.manner == "chunks-cut" else half)
    http.close_connection = True


def _end(http: BaseHTTPRequestHandler, wire: Wire) -> None:
    http.close_connection = True
    if wire.manner == "no-http":
        http.wfile.write(b"\x15\x03\x01 this is no HTTP\r\n\r\n")
    if wire.manner == "reset":
        http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        http.connection.close()
    time.sleep(0)
