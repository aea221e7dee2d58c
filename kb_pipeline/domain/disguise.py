"""Text without its disguise: as a reader, a page or a bot takes it in the end. For rules that look for what must not be said.

Whoever hides words from a rule still wants them to be read: with entities, letters of other forms or scripts that look alike,
characters that nobody sees, a space between all letters. What is found here has no place in the text as it is written.
"""

import html
import re
import unicodedata

from kb_pipeline.domain.characters import IGNORABLE

_DEEPEST = 3  # entities of entities of entities: no page reads text more often
_UNSEEN = re.compile(f"[{IGNORABLE}]")
# Compatibility forms of Latin letters, digits and signs. Others keep theirs: NFKC takes Thai's am apart.
_FORMS = re.compile(
    "[\u00a0\u00aa\u00b2-\u00b5\u00b9-\u00be\u02b0-\u02b8\u1d2c-\u1d6a\u2000-\u200a\u2024-\u2026\u202f\u205f\u2070-\u209f\u2100-\u218f"
    "\u2460-\u24ff\u3000\u3300-\u33ff\ufb00-\ufb06\ufe50-\ufe6f\uff00-\uffef\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]+"
)
_DOTS = str.maketrans({"。": ".", "｡": ".", "․": "."})
_MIDDLE_DOT = re.compile("(?<=[a-z0-9])[·•∙・](?=[a-z]{2})")
# Letters of other scripts that look like Latin ones, as they stand (UTS 39); they count in a word that has Latin letters, too.
_LOOKS = str.maketrans(
    dict(zip("авеёһіӏмнорсԛтухԁјѕԝгпАВЕКМНОРСТУХІЈЅ", "abeehilmhopcqtyxdjswrnABEKMHOPCTYXIJS", strict=True))
    | dict(zip("αεικνορτυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeiknoptuxyABEZHIKMNOPTYX", strict=True))
)
_LOOK_ALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_MIXED = re.compile(
    "(?=[A-Za-z0-9.-]*[\u0370-\u03ff\u0400-\u052f])(?=[\u0370-\u052f0-9.-]*[A-Za-z])[A-Za-z0-9.\u0370-\u052f-]+"
)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts that write no space between words
_BETWEEN = re.compile(rf"(?<=[{_UNSPACED}])\s+(?=[{_UNSPACED}])")
_SPACED_OUT = re.compile(r"(?<!\w)[^\W\d_](?:([ ._*-])[^\W\d_](?!\w)(?:\1[^\W\d_](?!\w)){2,40})")


def undisguised(text: str) -> str:
    """`text` with entities decoded and letters in their plain forms, without what nobody sees. Lines stay lines."""
    for _ in range(_DEEPEST):
        if "&" not in text:
            break
        text = html.unescape(text)
    if text.isascii():
        return text
    text = _FORMS.sub(lambda forms: unicodedata.normalize("NFKC", forms[0]), _UNSEEN.sub("", text))
    return _MIXED.sub(lambda word: word[0].translate(_LOOKS), text) if _LOOK_ALIKE.search(text) else text


def with_plain_dots(text: str) -> str:
    """`text` with the full stops of Chinese and Japanese as dots, as browsers take them in an address."""
    return text if text.isascii() else _MIDDLE_DOT.sub(".", text.translate(_DOTS))


def letters_joined(text: str) -> str:
    """`text` with words whose letters are spaced out in one: `i g n o r e`."""
    return _SPACED_OUT.sub(lambda letters: letters[0].replace(letters[1], ""), text)


def run_together(text: str) -> str:
    """`undisguised` text in one line: `i g n o r e` as a word, Thai, Chinese and Japanese without spaces between letters."""
    text = _BETWEEN.sub("", text) if not text.isascii() else text
    return " ".join(letters_joined(text).split())
