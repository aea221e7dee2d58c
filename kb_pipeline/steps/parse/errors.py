"""Why a file cannot become an Article: the reason's code, the place, and the remedy."""

from kb_pipeline.domain.articles import Quarantined
from kb_pipeline.errors import KBError


class ArticleError(KBError):
    """A file that is no usable article. `line` counts from 1, `offset` is in bytes."""

    def __init__(self, code: str, message: str, remedy: str, *, line: int | None = None, offset: int | None = None) -> None:
        super().__init__(message, remedy)
        self.code = code
        self.line = line
        self.offset = offset

    def quarantined(self, path: str, content_hash: str | None = None) -> Quarantined:
        """The failure as the value that is kept of the file."""
        return Quarantined(
            path=path,
            code=self.code,
            message=self.message,
            remedy=self.remedy,
            line=self.line,
            offset=self.offset,
            content_hash=content_hash,
        )
