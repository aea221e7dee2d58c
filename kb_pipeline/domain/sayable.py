"""What a text must be before it may be a question, an answer or another way to ask: sayable. The one gate for all doors.

Drafts, edits, corrections and imports pass it, and so does every approval: what is approved can be shown, stored, published.
Findings weigh what a text says, and a person may override them; what is not sayable is none of a person's choices.
"""

import re
import unicodedata
from collections.abc import Iterator

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.characters import IGNORABLE, OVERRIDES, SMUGGLED, UNWRITABLE, is_balanced, without_idle
from kb_pipeline.domain.disguise import undisguised
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.errors import BlockedError

LONGEST = {TextPart.QUESTION: 1_000, TextPart.ANSWER: 20_000, TextPart.PHRASING: 1_000}  # far beyond any market's limits
MOST_PHRASINGS = 50
MOST_MARKS = 8  # in a row: no script stacks more on a letter

_REPLACED = "\ufffd"  # stands for what could not be read or written
_BROKEN = re.compile(f"{UNWRITABLE.pattern}|{_REPLACED}")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_IGNORABLE = re.compile(f"[{IGNORABLE}]")
_CODE = re.compile(r"```.+?```|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)", re.DOTALL)  # as CommonMark delimits it
_ELEMENTS = (
    "abbr|acronym|address|applet|area|article|aside|audio|base|basefont|bdi|bdo|bgsound|big|blink|blockquote|body|br|button"
    "|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset"
    "|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|iframe|image|img|input|ins|isindex"
    "|kbd|keygen|label|legend|li|link|listing|main|map|mark|marquee|math|menu|menuitem|meta|meter|nav|nobr|noembed|noframes"
    "|noscript|object|ol|optgroup|option|output|param|picture|plaintext|portal|pre|progress|rp|rt|ruby|samp|script|search"
    "|section|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot"
    "|th|thead|time|title|tr|track|tt|ul|var|video|wbr|xml|xmp|xss"
)
_HTML = re.compile(
    rf"<!--|<!doctype\b|<!\[cdata\[|<\?(?:xml|php|=)|</?(?:{_ELEMENTS})(?=[\s/>]|$)|</?[abipqsu](?=\s*/?>|[\s/]+[^<>]*=)"
    r"|</[a-z][\w:.-]*\s*>|<[a-z][^<>]*?[\s/\"'](?:on[a-z]{3,}\s*=|[a-z-]+\s*=\s*[\"'])",
    re.IGNORECASE,
)
# Browsers drop line ends and tabs in the target of a link.
_SCHEMES = "|".join(r"\s*".join(scheme) for scheme in ("javascript", "vbscript", "livescript", "data"))
_SCRIPT = re.compile(rf"\]\s*[(:]\s*<?\s*(?:{_SCHEMES})\s*:", re.IGNORECASE)


class Unsayable(Value):
    """Why a text cannot be said; `start` and `end` are offsets into the text that is meant, None when all of it is."""

    part: TextPart
    phrasing: int | None = None
    reason: str
    start: int | None = None
    end: int | None = None


def normal(text: FaqText) -> FaqText:
    """`text` as it is kept: `normal_text` of each part."""
    parts = normal_text(text.question), normal_text(text.answer), tuple(normal_text(p) for p in text.phrasings)
    if parts == (text.question, text.answer, text.phrasings):
        return text
    return FaqText(question=parts[0], answer=parts[1], phrasings=parts[2])


def normal_text(text: str) -> str:
    r"""`text` with `\n` as line end, and without zero-width characters that do nothing where they stand.

    Those that Thai, Khmer, Persian, Hindi or emoji need stay. What hides something is left as it is, for `unsayable` to see.
    """
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii() or SMUGGLED.search(text):
        return text
    return without_idle(text)


def writable(text: str) -> str:
    """`text` of a model with U+FFFD in place of what cannot be written; that is not sayable, so that a person mends it."""
    return UNWRITABLE.sub(_REPLACED, normal_text(text))


def unsayable(text: FaqText) -> tuple[Unsayable, ...]:
    """Why `text` cannot be said: nothing, if it can."""
    places: list[tuple[TextPart, int | None, str]] = [
        (TextPart.QUESTION, None, text.question),
        (TextPart.ANSWER, None, text.answer),
    ]
    places += [(TextPart.PHRASING, number, phrasing) for number, phrasing in enumerate(text.phrasings)]
    found = [
        Unsayable(part=part, phrasing=number, reason=reason, start=span[0] if span else None, end=span[1] if span else None)
        for part, number, said in places
        for reason, span in _reasons(said, LONGEST[part])
    ]
    if len(text.phrasings) > MOST_PHRASINGS:
        found.append(Unsayable(part=TextPart.PHRASING, reason=f"are {len(text.phrasings)}; give at most {MOST_PHRASINGS}"))
    return tuple(found)


def check_sayable(text: FaqText) -> None:
    """Raises BlockedError, with the first reason why `text` cannot be said."""
    for why in unsayable(text):
        raise BlockedError(f"the {why.part.value} {why.reason}", "edit the text: a customer must be able to read it")


def _reasons(text: str, longest: int) -> Iterator[tuple[str, tuple[int, int] | None]]:
    if len(text) > longest:
        yield f"has {len(text):,} characters; write at most {longest:,}", None
        return
    if not any(unicodedata.category(c)[0] in "LN" for c in _IGNORABLE.sub("", text)):
        yield ("has neither letter nor digit" if text.strip() else "is empty"), None
    if match := _BROKEN.search(_LINE_ENDS.sub(_spaces, text)):
        yield f"holds the control or broken character U+{ord(match[0]):04X}", match.span()
    yield from _hidden(text)
    prose = _CODE.sub(_spaces, text)
    read = undisguised(prose)
    for pattern, what in ((_HTML, "HTML"), (_SCRIPT, "a script")):
        if match := pattern.search(read):
            span = match.span() if len(read) == len(prose) else None
            yield f"holds {what}: {match[0].strip()[:40]}; write Markdown, and code between backticks", span


def _hidden(text: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """What hides in a text, or shows it in another order than it is read in."""
    if text.isascii():
        return
    if match := SMUGGLED.search(text):
        yield "hides characters that nobody sees", match.span()
    if any(c in text for c in OVERRIDES) or not all(map(is_balanced, text.splitlines())):
        yield "changes the direction of writing and does not change it back", None
    run = 0
    for at, character in enumerate(text):
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if run > MOST_MARKS:
            yield f"piles more than {MOST_MARKS} marks on a letter", (at - run + 1, at + 1)
            return


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])
