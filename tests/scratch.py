"""Where tests put their files: into memory, if there is enough of it. The program waits for the disk at every commit.

`TMPDIR` is obeyed if it is set, and child processes inherit it. A process that is killed loses nothing there that it would keep
on a disk: only the machine must stay up.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it
ENOUGH = 2 * 1024**3  # bytes; a passed test's folder goes at once


def write_to_memory() -> None:
    """Let this process and its children make temporary files in memory, where that is roomy and lets programs run."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or shutil.disk_usage(MEMORY).free < ENOUGH:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # it was known already
