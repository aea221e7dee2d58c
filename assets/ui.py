"""`python -m assets.ui`: Dagster's page over the runs of KB_HOME. It becomes `dagster dev`, so that signals reach that."""

import argparse
import os
import sys
from collections.abc import Sequence

from assets.instance import open_instance
from kb_pipeline.cli.display import load_settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the instance of KB_HOME if need be, end the runs of killed processes, and serve."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m assets.ui", description=__doc__)
    parser.add_argument("--host", default=settings.host, help="address to listen on; default KB_HOST")
    parser.add_argument("--port", type=int, default=settings.dagster_port, help="port to listen on; default KB_DAGSTER_PORT")
    options = parser.parse_args(arguments)
    with open_instance(settings.home) as instance:
        home = instance.root_directory
    command = [sys.executable, "-m", "dagster", "dev", "-m", "assets.definitions", "-h", options.host, "-p", str(options.port)]
    os.execve(sys.executable, command, os.environ | settings.environment() | {"DAGSTER_HOME": home})  # noqa: S606 - our own


if __name__ == "__main__":
    main()
