"""`python -m kb_pipeline.api`: the API in a process of its own. It ends gracefully on SIGTERM and SIGINT."""

import argparse
import logging
import signal
import socket
import sys

import uvicorn

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving
from kb_pipeline.errors import KBError, PortTakenError
from kb_pipeline.settings import Settings

_STOP_SECONDS = 10  # for the requests that are in flight


def main() -> int:
    """Serve until stopped. 1 when it cannot start."""
    settings = Settings()
    parser = argparse.ArgumentParser(prog="python -m kb_pipeline.api", description="Serve the retrieval API.")
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=settings.api_port, help="port to listen on (default: %(default)s)")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        listener = _listen(options.host, options.port)
        app = create_app(build_serving(settings))
    except KBError as error:
        sys.stderr.write(f"error [{error.code}]: {error.message}\n  what to do: {error.remedy}\n")
        return error.exit_code
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # the server hears them first; it hands them on when it has ended gracefully
    sys.stderr.write(f"the retrieval API listens on http://{options.host}:{listener.getsockname()[1]} (docs: /docs)\n")
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        remedy = "stop what listens there, or choose another: --port, KB_API_PORT"
        raise PortTakenError(f"cannot listen on {host}:{port} ({error.strerror})", remedy) from error
    return listener


if __name__ == "__main__":
    sys.exit(main())
