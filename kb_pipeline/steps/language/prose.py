"""What of a text is no prose: code, link targets, addresses, tags. The one place that says so. No I/O.

`NO_PROSE` is what every rule looks away from. Where a rule needs another shape, that is a pattern of its own, with its reason.
Addresses and placeholders as values, to be compared letter by letter, are facts: see `steps.facts.tokens`.
"""

import re
from collections.abc import Iterable

_FENCE = r"```.*?(?:```|\Z)"
_CODE = r"`[^`\n]*`"
_LINK_TARGET = r"\]\([^)\n]*\)"
_TAG = r"<[^>\n]{1,200}>"
_ADDRESS = r"https?://\S+"
_EMAIL = r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
_ALL = "|".join((_FENCE, _CODE, _LINK_TARGET, _TAG, _ADDRESS))

NO_PROSE = re.compile(_ALL, re.DOTALL)
# Without what only looks like bold print: escapes, four stars, the star of a list item.
NO_BOLD = re.compile(rf"{_ALL}|\\.|\*{{4}}|^[ \t>]*\*(?=[ \t])", re.DOTALL | re.MULTILINE)
# Without brackets that never had a partner: faces, the letters of a list.
NO_BRACKETS = re.compile(rf"{_ALL}|[:;]-?[)(]|^\s*\w{{1,2}}\)", re.DOTALL | re.MULTILINE)
# The brackets of a link stay, as a translation keeps them and they are counted; placeholders go, which have no usual length.
NO_LENGTH = re.compile(rf"(?<=\]\()[^)\s]+|{_ADDRESS}|{_TAG}|{_CODE}|\{{[^{{}}\n]{{0,80}}\}}")
# Whole code only, as CommonMark delimits it: what is to be copied has an end, and may hold backticks.
WHOLE_CODE = re.compile(r"```.+?```|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)", re.DOTALL)
# Addresses that anybody may publish: links, and e-mail addresses of nobody.
PUBLISHED = re.compile(
    rf"{_ADDRESS}|{_LINK_TARGET}|(?<![\w.%+'\-])[\w.%+'\-]+[@＠](?:example|your|company|contoso)[\w.\-]*", re.IGNORECASE
)
# In text without markup nothing is code, but no sentence ends inside of these.
UNCUT = rf"\{{\{{[^{{}}]{{0,80}}\}}\}}|<[^<>\n]{{1,80}}>|(?:https?://|www\.)[^\s<>]{{1,2000}}|{_EMAIL}"
# No term is met in these. Thai goes on right behind an address, so that it ends with ASCII; tags hold words that people read.
NO_TERM = re.compile(
    r"(?:https?://|www\.)[!-~]+|\]\([^()\s]{1,500}\)|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,64}|`[^`\n]{1,200}`|\{[^{}\n]{0,60}\}"
)
NO_TERM_SIGN = re.compile(r"://|www\.|\]\(|@|`|\{")  # every one of these has one of those

_SIGNS = ("`", "<", "://", "](", "{")  # every piece of `NO_PROSE` and `NO_LENGTH` has one


def prose(text: str, other: re.Pattern[str] = NO_PROSE, *, gap: str = " ") -> str:
    """`text` with a gap in the place of each piece that is no prose; `other` is NO_PROSE or NO_LENGTH."""
    return other.sub(gap, text) if any(map(text.__contains__, _SIGNS)) else text


def blanked(text: str, other: re.Pattern[str] = NO_PROSE) -> str:
    """`text` with spaces in the place of what is no prose; same length, so that places stay true."""
    return other.sub(lambda match: " " * len(match[0]), text)


def without(text: str, spans: Iterable[tuple[int, int]], mark: str = ".") -> str:
    """`text` with a mark in the place of every character of the spans, which may overlap; same length."""
    parts, at = list[str](), 0
    for start, end in sorted(spans):
        if end > at:
            parts += (text[at:start], mark * (end - max(start, at)))
            at = end
    return "".join((*parts, text[at:]))
