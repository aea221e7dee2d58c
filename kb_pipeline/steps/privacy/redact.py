"""Personal data out of what customers write, before it is kept or logged. No I/O.

It leans to redacting: what might be somebody's is left out, too. Order numbers (letters before the digits, or digits of no such
form) stay, because they say what a question is about without saying whose it is.
"""

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.privacy.finder import find

_NAMED = (DataKind.EMAIL, DataKind.PHONE, DataKind.CARD, DataKind.NATIONAL_ID, DataKind.PASSPORT)


def redact(text: str) -> str:
    """`text` with what is somebody's replaced: `[email]`, `[phone]`, `[card]`, `[national-id]`, `[passport]`, `[secret]`.

    Redacting twice changes nothing more.
    """
    parts, at = list[str](), 0
    for data in find(text, unsure=True):
        parts += (text[at : data.start], f"[{data.kind.value if data.kind in _NAMED else 'secret'}]")
        at = data.end
    return "".join((*parts, text[at:]))
