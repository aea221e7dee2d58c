r"""The one place through which commands and servers write: what came from outside moves no cursor and poses as nothing else.

Control characters and marks of direction are shown as `\u001b`, which leaves JSON valid. Rich's colours come past the guard,
from `cli.console` alone.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from kb_pipeline.domain.characters import visible


class _Guard:
    """A stream that writes visible text only, and is its stream in all else."""

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream  # the name by which Rich finds it, for the help's colours

    def write(self, text: str) -> int:
        return self.rich_proxied_file.write(visible(text))

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        if name == "buffer":
            raise AttributeError("bytes would pass the guard")
        return getattr(self.rich_proxied_file, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Meanwhile stdout and stderr write visible text only: results, errors, logs, progress, tracebacks."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, _Guard(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def unguarded(stream: TextIO) -> TextIO:
    """The stream behind a guard."""
    return cast(TextIO, getattr(stream, "rich_proxied_file", stream))
