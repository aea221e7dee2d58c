"""The embedded language model: llama.cpp's OpenAI-compatible server in a process of its own.

The parent (`EmbeddedServer`) starts it at the first call and stops it at the end. The child reads its configuration from
standard input and ends when that closes, so it dies with its parent, however the parent dies. It listens on loopback only and
asks for a key that is new each time.
"""

import json
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

from kb_pipeline.errors import LLMUnavailableError, ModelNotFetchedError

_START_SECONDS = 120.0
_CONTEXT_PER_SLOT = 3072  # tokens: the longest prompt (about 1,500) and answer (1,000), with room


class EmbeddedServer:
    """Starts the server when it is first asked for its address; thread-safe; restarts it if it died."""

    def __init__(self, weights: Path, *, slots: int, threads: int) -> None:
        self._weights = weights
        self._config = {"weights": str(weights), "slots": slots, "threads": threads, "key": secrets.token_hex(16)}
        self._process: subprocess.Popen[str] | None = None
        self._url = ""
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """The key that the server asks for."""
        return str(self._config["key"])

    def base_url(self) -> str:
        """The server's address, ready for calls. Raises ModelNotFetchedError, LLMUnavailableError."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._url

    def close(self) -> None:
        """Stop the server, if it runs."""
        with self._lock:
            if self._process is None:
                return
            if self._process.stdin:
                self._process.stdin.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
            self._process = None

    def _start(self) -> None:
        if not self._weights.is_file():
            raise ModelNotFetchedError(f"the language model is not at {self._weights}", "run: kb models fetch")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise LLMUnavailableError("the embedded server has no pipes")
        self._process.stdin.write(json.dumps(self._config) + "\n")
        self._process.stdin.flush()
        watchdog = threading.Timer(_START_SECONDS, self._process.kill)
        watchdog.start()
        started = time.monotonic()
        lines = (line.removeprefix("ready ").strip() for line in self._process.stdout if line.startswith("ready "))
        url = next(lines, "")
        watchdog.cancel()
        if not url:
            raise LLMUnavailableError(
                f"the embedded language model did not start within {time.monotonic() - started:.0f} s",
                "check free memory (1.6 GB) and the weights: kb models list",
            )
        self._url = f"{url}/v1"


def _serve() -> None:
    import xllamacpp

    config = json.loads(sys.stdin.readline())
    params = xllamacpp.CommonParams()
    params.model.path = config["weights"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config["key"]]
    params.n_parallel = config["slots"]
    params.n_ctx = config["slots"] * _CONTEXT_PER_SLOT
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["threads"]
    params.verbosity = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"ready {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()  # until the parent closes it, or dies
    del server


if __name__ == "__main__":
    _serve()
