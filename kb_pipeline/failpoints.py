"""Points at which crash tests kill the process. Nothing happens there otherwise."""

import os
import signal

from kb_pipeline.ports.releases import Failpoint


def failpoint_at(wanted: str) -> Failpoint:
    """Kills this process, as a power cut would, when it comes to the point `wanted`; empty: never."""

    def fall(name: str) -> None:
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return fall
