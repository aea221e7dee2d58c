"""One file of a market pack and what is wrong with it. Knows no format: `market_yaml` and `tables` read."""

from pathlib import Path

from kb_pipeline.domain.base import Value


class PackProblem(Value):
    """One fault of a pack. `line` counts from 1; `code` is kebab-case, e.g. `unknown-status`."""

    path: str
    line: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """The problem in one line, in the form that editors make a link of."""
        return f"{self.path}:{self.line}: {self.message} [{self.code}]; {self.remedy}"


class PackFile:
    """One file of a pack, and where its problems are kept."""

    def __init__(self, path: Path, problems: list[PackProblem]) -> None:
        self.path = path
        self._problems = problems

    def fault(self, line: int, code: str, message: str, remedy: str) -> None:
        """Keep a problem of this file."""
        self._problems.append(PackProblem(path=str(self.path), line=line, code=code, message=message, remedy=remedy))

    def text(self) -> str | None:
        """The file's text; None, and a problem, if it cannot be read. A byte order mark is no fault: Excel writes it."""
        if not self.path.is_file():
            self.fault(1, "missing-file", f"the pack has no {self.path.name}", "add the file; copy it from another pack")
            return None
        content = self.path.read_bytes()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.fault(line, "not-utf8", f"byte {error.start} is not UTF-8", "save the file as UTF-8")
            return None
