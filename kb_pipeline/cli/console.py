"""Tables, bars and colours on the terminal: Rich's console, whose texts are shown as `cli.terminal` shows all others."""

import sys
from collections.abc import Iterable
from typing import Any

from rich import console
from rich.segment import Segment

from kb_pipeline.domain.characters import visible
from kb_pipeline.web.terminal import unguarded


class Console(console.Console):  # noqa: TID251 - the one that stands for it
    """Rich's console on stdout, or on stderr. Only its own colours and moves reach the terminal as they are."""

    def __init__(self, *, stderr: bool = False, **options: Any) -> None:  # noqa: ANN401 - as Rich's
        super().__init__(file=unguarded(sys.stderr if stderr else sys.stdout), **options)

    def render(self, renderable: console.RenderableType, options: console.ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is to be shown, each of its texts visible."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(visible(piece.text), piece.style)
