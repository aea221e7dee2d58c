"""The files of a new knowledge base, and the folder that they are put into. Nothing that is there is ever overwritten."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_pipeline.adapters.packs.scaffold import scaffold
from kb_pipeline.domain.base import Value
from kb_pipeline.errors import UsageError

_LOCALES = "locales"
_HIDDEN = ("env.example", "gitignore")  # without their dot in the package: git would obey one, and build tools leave both out


class Starter(Value):
    """A new knowledge base: its files by their path in the folder."""

    folder: str
    files: dict[str, str]


def starter(folder: Path) -> Starter:
    """The knowledge base that `folder` would begin with; nothing is written.

    A pack is begun as `kb market add` begins it; the files of the package stand in place of what is empty there.
    Raises UsageError unless the folder is new, or empty but for hidden folders such as `.git` and `.venv`.
    """
    with _named_errors(folder):
        _refuse_used(folder)
    own = dict(_texts(resources.files(__package__) / "files"))
    tags = sorted({name.split("/")[1] for name in own if name.startswith(f"{_LOCALES}/")})
    with TemporaryDirectory() as no_packs:
        begun = {f"{_LOCALES}/{tag}/{name}": text for tag in tags for name, text in scaffold(Path(no_packs), tag).files.items()}
    return Starter(folder=str(folder), files=dict(sorted({**begun, **own}.items())))


def write_starter(made: Starter) -> None:
    """Put the files into the folder, all or none: they are written beside first. Raises UsageError where that fails."""
    folder = Path(made.folder)
    with _named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".new-", dir=folder) as beside:
            for name, text in made.files.items():
                file = Path(beside, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            _refuse_used(folder)  # somebody may have been faster
            for path in sorted(Path(beside).iterdir()):
                path.rename(folder / path.name)


def _refuse_used(folder: Path) -> None:
    remedy = "name a new folder; nothing that is there is overwritten"
    if folder.is_dir():
        used = sorted(path.name for path in folder.iterdir() if not (path.name.startswith(".") and path.is_dir()))
        if used:
            shown = ", ".join(used[:3]) + (", ..." if len(used) > 3 else "")
            raise UsageError(f"'{folder}' is not empty: {shown}", remedy)
    elif folder.exists() or folder.is_symlink():
        raise UsageError(f"'{folder}' is a file, not a folder", remedy)


@contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write '{folder}': {error.strerror}", "name a folder that you may write to") from error


def _texts(folder: Traversable, path: str = "") -> Iterator[tuple[str, str]]:
    """The files under `folder` of the package, as they are called in a knowledge base, with their texts."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry, f"{path}{entry.name}/")
        else:
            name = f".{entry.name}" if entry.name in _HIDDEN else entry.name
            yield f"{path}{name}", entry.read_text("utf-8")
