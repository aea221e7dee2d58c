"""A face as a program of its own: its options, its port, and serving until it is stopped."""

import argparse
import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import uvicorn
from starlette.types import ASGIApp

from kb_pipeline.errors import KBError, PortTakenError, UsageError
from kb_pipeline.web.terminal import guarded

_STOP_SECONDS = 10  # for the requests that are in flight


class Address(NamedTuple):
    """Where a program listens; port 0: any free one. `change` names the setting of the port, e.g. `KB_API_PORT`."""

    host: str
    port: int
    change: str


def read_address(program: str, description: str, default: Address) -> Address:
    """The address that `--host` and `--port` of this process name. Ends the process (2) when they are wrong."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--host", default=default.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=default.port, help="port to listen on (default: %(default)s)")
    options = parser.parse_args()
    return default._replace(host=options.host, port=options.port)


def serve(
    build: Callable[[], ASGIApp],
    address: Address,
    message: str,
    log_level: str,
    *,
    proxies: str = "",
    **options: Any,  # noqa: ANN401
) -> int:
    """Serve what `build` makes until SIGTERM or SIGINT, then end gracefully; the exit code, 1 when it cannot start.

    `message` is for stderr as soon as it listens, with `{url}` in it; `proxies` is KB_TRUSTED_PROXIES, `options` are
    uvicorn's, where a face differs. Whatever it logs is visible text, as what the commands print.
    """
    with guarded():
        return _serve(build, address, message, log_level, proxies, options)


def _serve(
    build: Callable[[], ASGIApp], address: Address, message: str, log_level: str, proxies: str, options: dict[str, Any]
) -> int:
    logging.basicConfig(stream=sys.stderr, level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        trusted = trusted_proxies(proxies)
        with listen(*address) as listener:
            config = uvicorn.Config(
                build(),
                log_config=None,
                server_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=_STOP_SECONDS,
                proxy_headers=bool(trusted),
                forwarded_allow_ips=trusted,
                **options,
            )
            server = uvicorn.Server(config)

            def stop(_number: int, _frame: object) -> None:
                server.should_exit = True  # before uvicorn listens to signals itself; it hands them on when it has ended

            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
            sys.stderr.write(message.format(url=f"http://{address.host}:{listener.getsockname()[1]}") + "\n")
            server.run(sockets=[listener])
            return 0 if server.started else 1
    except KBError as error:
        sys.stderr.write(f"error [{error.code}]: {error.message}\n  what to do: {error.remedy}\n")
        return error.exit_code


def trusted_proxies(text: str) -> list[str]:
    """The addresses and networks of KB_TRUSTED_PROXIES. Raises UsageError: not for `*`, behind which anybody is anybody."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return [str(ipaddress.ip_network(part) if "/" in part else ipaddress.ip_address(part)) for part in parts]
    except ValueError as error:
        remedy = "set KB_TRUSTED_PROXIES to addresses and networks, e.g. 127.0.0.1, 10.0.0.0/8"
        raise UsageError(f"no trusted proxy: {error}", remedy) from error


def listen(host: str, port: int, change: str) -> socket.socket:
    """A socket that listens. Raises PortTakenError; its remedy names `change`, the setting to change."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # now, not when the program is built: two that start together would both be bound
    except OSError as error:
        listener.close()
        remedy = f"stop what listens there, or choose another: --port, {change}"
        raise PortTakenError(f"cannot listen on {host}:{port} ({error.strerror})", remedy) from error
    return listener


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; give a number up to 65535")
    return int(text)
