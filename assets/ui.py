"""`python -m assets.ui`: Dagster's page over the runs of KB_HOME. It becomes `dagster dev`, so that signals reach that."""

import os
import sys

from assets.instance import open_instance
from kb_pipeline.cli.display import load_settings
from kb_pipeline.web.program import Address, read_address


def main() -> None:
    """Make the instance of KB_HOME if need be, end the runs of killed processes, and serve."""
    settings = load_settings()
    default = Address(settings.host, settings.dagster_port, "KB_DAGSTER_PORT")
    address = read_address("assets.ui", "Dagster's page over the runs of KB_HOME.", default)
    with open_instance(settings.home) as instance:
        home = instance.root_directory
    command = [sys.executable, "-m", "dagster", "dev", "-m", "assets.definitions", "-h", address.host, "-p", str(address.port)]
    os.execve(sys.executable, command, os.environ | settings.environment() | {"DAGSTER_HOME": home})  # noqa: S606 - our own


if __name__ == "__main__":
    main()
