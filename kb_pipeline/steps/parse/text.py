"""A file's bytes as text: size, encoding, line ends. Knows nothing of Markdown or HTML."""

import codecs
import re

from kb_pipeline.steps.parse.errors import ArticleError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Separators that other parsers take for line ends, and control characters that no reader sees.
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")


def text_of(data: bytes, max_bytes: int) -> str:
    r"""`data` as text with `\n` line ends and without control characters.

    Raises ArticleError: `too-large`, `not-utf8`, `nul-byte`.
    """
    if len(data) > max_bytes:
        raise ArticleError("too-large", f"larger than {max_bytes} bytes", "split the article, or raise KB_MAX_ARTICLE_BYTES")
    if data.startswith(_UTF16):
        raise ArticleError("not-utf8", "the file is UTF-16", "save it as UTF-8", line=1, offset=0)
    skipped = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    if (nul := data.find(b"\0")) >= 0:
        raise ArticleError(
            "nul-byte", "a NUL byte: not a text file", "save it as UTF-8 text", line=_line(data, nul), offset=nul
        )
    try:
        text = data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        raise ArticleError(
            "not-utf8",
            f"byte 0x{data[offset]:02x} is not UTF-8",
            "save it as UTF-8 (Thai files are often TIS-620 or Windows-874)",
            line=_line(data, offset),
            offset=offset,
        ) from error
    return clean(text)


def clean(text: str) -> str:
    r"""`text` with `\n` line ends, control characters as spaces."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
