"""Names of users: what one may be, and which look like another. Approvals are proved by names, so no two may be taken for one.

After Unicode's security mechanisms (UTS 39): no characters that nobody sees, no mixture of scripts that look alike, and
no name whose skeleton (its letters as they look) is another user's. The table holds what looks like a Latin letter or digit.
"""

import re
import unicodedata
from collections.abc import Iterable

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.characters import IGNORABLE
from kb_pipeline.errors import BlockedError

LONGEST_NAME = 40
RESERVED = frozenset({"pipeline"})  # who acts in the audit trail when no person does

_SIGNS = ".-_@"
_UNSEEN = re.compile(f"[{IGNORABLE}]")
_EAST_ASIAN = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})
_LIKE_LATIN = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GEORGIAN", "GREEK", "LISU", "NKO"})
_AS_CAPITALS = str.maketrans("I|ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "llabezhlkmnoptyx")  # look otherwise than their small letters
_LOOKS = str.maketrans(
    dict(zip("авеёһікӏмнорсԛтухԁјѕԝѵгп", "abeehiklmhopcqtyxdjswvrn", strict=True))
    | dict(zip("αβεζηικμνορτυχωγϲϳ", "abeznikmvoptuxwycj", strict=True))
    | dict(zip("ագզհոսօցքլ", "wqqhnuogpl", strict=True))
    | dict(zip("01ıɑɡɩʏ", "oliagiy", strict=True))
    | {"แ": "เเ", "·": ".", "‐": "-", "‑": "-"}
)
_PAIRS = (("rn", "m"), ("vv", "w"))


def checked_name(name: str, taken: Iterable[str]) -> str:
    """`name` as it is kept. Raises BlockedError for one that is no name, is `taken`, or looks like one that is."""
    name = comparison_key(name)
    fit = all(c in _SIGNS or unicodedata.category(c)[0] in "LMN" for c in name) and not _UNSEEN.search(name)
    if not (fit and name[:1].isalnum() and len(name) <= LONGEST_NAME):
        raise BlockedError(f"'{name}' cannot be a user's name", f"up to {LONGEST_NAME} letters, digits and . - _ @")
    if not _is_of_one_writing(name):
        raise BlockedError(f"'{name}' mixes scripts whose letters look alike", "write it in one script")
    looks = skeleton(name)
    if looks in {skeleton(reserved) for reserved in RESERVED}:
        raise BlockedError(f"the name '{name}' is taken by the system", "take another name")
    for other in taken:
        if comparison_key(other).casefold() == name.casefold():
            raise BlockedError(f"there is a user '{other}' already", "take another name, or: kb user password NAME")
        if skeleton(other) == looks:
            raise BlockedError(f"'{name}' looks like the user '{other}'", "take a name that nobody takes for another's")
    return name


def skeleton(name: str) -> str:
    """The name as it looks: two names with one skeleton may be taken for each other. Never shown, never kept."""
    plain = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in comparison_key(_UNSEEN.sub("", name))
    )
    looks = plain.translate(_AS_CAPITALS).casefold().translate(_LOOKS)
    for pair, one in _PAIRS:
        looks = looks.replace(pair, one)
    return unicodedata.normalize("NFC", looks)


def _is_of_one_writing(name: str) -> bool:
    """Whether the letters are of one script, of Latin and one that nobody takes for it, or of an East Asian mixture."""
    scripts = {_script(c) for c in name if (unicodedata.category(c)[0] in "LN" and not c.isascii()) or c.isalpha()}
    others = scripts - {"LATIN"}
    if len(scripts) < 2 or any(others <= mixture for mixture in _EAST_ASIAN):
        return True
    return len(others) == 1 and not others & _LIKE_LATIN


def _script(character: str) -> str:
    """The first word of a letter's Unicode name, which is its script: `LATIN`, `THAI`, `CJK`."""
    first = re.split("[ -]", unicodedata.name(character, "?"))[0]
    return "CJK" if first == "IDEOGRAPHIC" else first
