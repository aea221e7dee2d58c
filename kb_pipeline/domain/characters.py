"""Characters that a text cannot hold, that nobody sees, or that change how others are shown; and how to show them."""

import re

# Control characters (escape sequences begin with one), and what no encoding can hold: lone surrogates, noncharacters.
_PLANES = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_UNWRITABLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + _PLANES
UNWRITABLE = re.compile(f"[{_UNWRITABLE}]")

# Unicode's Default_Ignorable_Code_Point: shown as nothing.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

# Scripts that are written without spaces, where U+200B says where a line may break: Thai, Lao, Myanmar, Khmer, Tai, kana, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u30ff\u3400-\u9fff\ua9e0-\ua9ff\uaa60-\uaadf"
)
# Scripts whose letters join or stack (Arabic to Sinhala, Mongolian, Balinese ...), and emoji: what U+200C and U+200D are for.
_JOINED = "\u0600-\u0dff\u0f00-\u0fff\u1800-\u18af\u1b00-\u1bbf\ua840-\ua8df\ua980-\ua9df\U00011000-\U0001193f"
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e007f"

# Zero-width characters that do nothing where they stand: each of these may go, and nobody sees a difference.
IDLE = re.compile(
    f"(?<![{_UNSPACED}\\w])\u200b|\u200b(?![{_UNSPACED}\\w])|(?<=[^{_UNSPACED}])\u200b(?=[^{_UNSPACED}])"
    f"|(?<![{_JOINED}{_EMOJI}])[\u200c\u200d]|(?<=[\u200c\u200d])[\u200c\u200d]"
    "|[\u00ad\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f]")
# Characters that carry text which nobody sees: tags outside of a flag, variation selectors in a row, many zero-width ones.
SMUGGLED = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
    "|[\u00ad\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufeff]{4,}"
)
OVERRIDES = "\u202d\u202e"  # show what follows in another order than it is read in
_EMBEDDINGS, _POP = "\u202a\u202b", "\u202c"
_ISOLATES, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"

_UNSHOWN = re.compile(f"[{_UNWRITABLE}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f\U000e0000-\U000e007f]")
_UNSHOWN_BUT_LINE_ENDS = re.compile(f"\r(?=\n)|({_UNSHOWN.pattern})")


def without_idle(text: str) -> str:
    """`text` without the zero-width characters that do nothing: also marks of direction where all runs in one direction."""
    text = IDLE.sub("", re.sub("\u200b+", "\u200b", text))
    return text if _RIGHT_TO_LEFT.search(text) else _DIRECTION_MARKS.sub("", text)


def visible(text: str) -> str:
    r"""`text` for a terminal or a log: control characters, directions and tags as `\u001b`; line ends and tabs stay.

    The escapes are JSON's, so that a JSON text stays one and means the same.
    """
    if text.isprintable() or not _UNSHOWN.search(text):
        return text
    return _UNSHOWN_BUT_LINE_ENDS.sub(lambda match: _escape(match[1]) if match[1] else match[0], text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def is_balanced(line: str) -> bool:
    """Whether all embeddings and isolates that a line opens are closed in it, in their order (Unicode Annex 9)."""
    opened: list[str] = []
    for character in line:
        if character in _EMBEDDINGS:
            opened.append(_POP)
        elif character in _ISOLATES:
            opened.append(_POP_ISOLATE)
        elif character in (_POP, _POP_ISOLATE) and (not opened or opened.pop() != character):
            return False
    return not opened
