"""Where tests put their files: into memory, if there is enough of it. A store waits for the disk at every commit, a test needs not.

`TMPDIR`, if it is set, is obeyed. Child processes inherit it. What is killed loses nothing in memory either: only the machine
must stay up.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it
ENOUGH = 2 * 1024**3  # bytes; a run of all quick tests on two workers holds a tenth of it at a time


def write_to_memory() -> None:
    """Let this process and its children make temporary files in memory, where that is roomy and lets programs run."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or shutil.disk_usage(MEMORY).free < ENOUGH:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # it was known already
