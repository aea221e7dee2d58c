"""`python -m kb_pipeline.review`: the review page over the store of KB_HOME."""

import logging
import socket
from typing import Annotated

import typer
import uvicorn

from kb_pipeline.bootstrap import build_publisher, open_accounts, open_markets, open_store, today
from kb_pipeline.errors import KBError, PortTakenError
from kb_pipeline.review.app import create_app
from kb_pipeline.review.desk import Desk
from kb_pipeline.settings import Settings


def main(
    host: Annotated[str, typer.Option(help="Address to listen on; default: KB_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; default: KB_REVIEW_PORT.")] = 0,
) -> None:
    """Serve the review page. People need accounts: kb user add NAME."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        serve(settings, host or settings.host, port or settings.review_port)
    except KBError as error:
        typer.echo(f"error [{error.code}]: {error}", err=True)
        raise typer.Exit(error.exit_code) from error


def serve(settings: Settings, host: str, port: int) -> None:
    """Listen until stopped. Raises PortTakenError, StoreError, PackError."""
    listener = _listen(host, port)
    store = open_store(settings)
    desk = Desk(
        store=store,
        markets=open_markets(settings),
        accounts=open_accounts(store),
        day=today,
        publisher=lambda market, actor: build_publisher(settings, market, actor, store=store),
        hours=settings.session_hours,
        secure=settings.secure_cookies,
    )
    typer.echo(f"review page: http://{host}:{listener.getsockname()[1]}", err=True)
    config = uvicorn.Config(create_app(desk), log_config=None, server_header=False, proxy_headers=False)
    uvicorn.Server(config).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PortTakenError(
            f"cannot listen on {host}:{port}: {error.strerror}", "stop the other program, or set KB_REVIEW_PORT"
        ) from error


if __name__ == "__main__":
    typer.run(main)
