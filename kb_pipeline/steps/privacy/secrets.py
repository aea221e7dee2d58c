"""Secrets: keys by their well-known shapes, private keys, passwords behind a word, connection strings, random tokens.

The shapes are data: one line each, with who issues such keys. Every repetition is bounded, so that no text is slow.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from kb_pipeline.domain.privacy import DataKind
from kb_pipeline.steps.language.patterns import is_spaced, longest_first, whole
from kb_pipeline.steps.language.reader import everywhere
from kb_pipeline.steps.privacy.context import any_word
from kb_pipeline.steps.privacy.numbers import Found

_SHAPES = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",  # AWS
    r"AIza[\w\-]{35}",  # Google
    r"ya29\.[\w\-]{20,500}",  # Google OAuth
    r"GOCSPX-[\w\-]{20,40}",  # Google OAuth client
    r"gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{22,255}",  # GitHub
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w\-]{16,64}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,250}|xapp-\d-[A-Za-z0-9\-]{10,250}",  # Slack
    r"(?:sk|pk|rk|whsec)_(?:live|test)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9]{20,64}",  # Stripe
    r"[sp]key_(?:test_)?[0-9a-z]{16,40}",  # Omise
    r"sk-[A-Za-z0-9_\-]{16,250}",  # OpenAI, Anthropic
    r"hf_[A-Za-z]{30,50}",  # Hugging Face
    r"npm_[A-Za-z0-9]{36}|pypi-[\w\-]{50,250}",  # package registries
    r"SG\.[\w\-]{16,32}\.[\w\-]{32,64}",  # SendGrid
    r"(?:AC|SK)[0-9a-f]{32}",  # Twilio
    r"key-[0-9a-f]{32}",  # Mailgun
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",  # Shopify
    r"do[opr]_v1_[0-9a-f]{64}",  # DigitalOcean
    r"dapi[0-9a-f]{32}(?:-\d)?",  # Databricks
    r"sq0(?:atp|csp)-[\w\-]{22,43}|EAAA[\w\-]{60}",  # Square
    r"\d{8,10}:AA[\w\-]{32,34}",  # Telegram
    r"[MNO][A-Za-z\d]{23,25}\.[\w\-]{6}\.[\w\-]{27,40}",  # Discord
    r"AGE-SECRET-KEY-1[0-9A-Z]{50,60}",  # age
    r"kb_[A-Za-z0-9_\-]{12,64}",  # this product's own
    r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,80}",
    r"eyJ[\w\-]{8,4000}\.[\w\-]{8,8000}(?:\.[\w\-]{1,2000})?",  # JSON Web Token
)
_KEYS = re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(_SHAPES)})(?![A-Za-z0-9])", re.ASCII)
_KEY_SIGN = re.compile(r"[A-Za-z0-9_\-.]{14}|:AA", re.ASCII)
_BLOCK = re.compile(
    r"-----BEGIN (?:[A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[\s\S]{0,20000}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s:,\-]{0,20000})"
)
_URL_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9])[a-zA-Z][a-zA-Z0-9+.\-]{1,30}://[^\s:/@<>]{0,64}:(?P<secret>[^\s/@<>]{1,128})@[^\s<>]{1,200}"
)
_CONNECTION = re.compile(
    r"(?i:(?<![A-Za-z])(?:server|host|data source|user id|uid|username|user|accountname|endpoint|database|initial catalog))"
    r"\s?=[^;\n]{1,100};"
    r"(?:[^;=\n]{1,30}=[^;\n]{0,100};){0,8}?\s?(?i:password|pwd|accountkey|sharedaccesskey)\s?=\s?(?P<secret>[^;\s\"']{3,200})"
)
_AUTHORIZATION = re.compile(r"(?i:authorization)\s?:\s?(?i:basic|bearer|token)\s(?P<secret>[A-Za-z0-9+/=._\-]{12,2000})")
# Perhaps a secret: ids of 128 bits, long mixed words.
_PERHAPS = (
    re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|kb|gh[opsu]|xox[abps]|AKIA|AIza)[-_A-Z0-9a-z]{12,250}"),
    re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])"),
    re.compile(r"(?<![A-Za-z0-9+_])(?=[A-Za-z+_]{0,500}[0-9])(?=[0-9+_]{0,500}[A-Za-z])[A-Za-z0-9+_]{24,5000}={0,2}"),
)
_EXAMPLE = re.compile(
    r"(?i:your|example|sample|placeholder|changeme|redacted|xxxx|\*\*\*|\.\.\.|password|passwd|secret|dummy|<|\{|\$[A-Za-z_{(]|%\w|\[)"
)
# What manuals write behind the word, which opens nothing: addresses, keys to press, types of a field, files.
_NO_PASSWORD = re.compile(
    r"https?:|www\.|/|[^<>{}]*[<>{}]|(?:ctrl|alt|shift|cmd|command|option)[+\-]|[a-z_]+\(\d+\)?\Z", re.IGNORECASE
)
_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|html?|md|pdf)\Z", re.IGNORECASE)
_SIGN = r"[:=→⇒|>]|[\-=]>|\s-(?=\s)"  # between the word and the secret
_PART_OF = r"\s{{0,2}}\([^()\n]{{1,40}}\)|\s{{0,2}}(?:{of})[^\n:=→|?!]{{1,40}}?"  # `(admin)`, `for the back office`
_NAME = r"[\"'`“]?[A-Za-z][\w.@\-]{1,60}"
_NEXT_LINE = r"(?:(?<=[:=→|>])|(?<=[:=→|>] ))\n|(?<=\n)\n"  # only a sign leads from a word to the next line
_WORD_AND_YEAR = re.compile(r"[^\W\d_]+\d{1,4}")  # Outlook2016 beside Office365
_ENTROPY = 3.0  # bits a character: random base64 of 16 characters has 3.6 in the mean, English words joined 2.9


def secrets(text: str) -> Iterator[Found]:
    """The secrets of a plain text, and what might be one; they may overlap."""
    if _KEY_SIGN.search(text):
        yield from (Found(DataKind.API_KEY, *match.span(), True) for match in _KEYS.finditer(text) if _is_real(match[0]))
        for pattern in _PERHAPS:
            yield from (Found(DataKind.API_KEY, *match.span(), False) for match in pattern.finditer(text))
        yield from (
            Found(DataKind.API_KEY, *m.span("value"), True) for m in _key_words().finditer(text) if _is_random(m["value"])
        )
    if "-----BEGIN" in text:
        yield from (Found(DataKind.PRIVATE_KEY, *match.span(), True) for match in _BLOCK.finditer(text))
    if "=" in text or "://" in text or ":" in text:
        for pattern, kind in (
            (_URL_PASSWORD, DataKind.PASSWORD),
            (_CONNECTION, DataKind.PASSWORD),
            (_AUTHORIZATION, DataKind.API_KEY),
        ):
            for match in pattern.finditer(text):
                if not _EXAMPLE.search(match["secret"]) and match["secret"] not in ("pass", "pwd", "pw"):
                    yield Found(kind, *match.span(), True)
    yield from _passwords_in(text)


def _passwords_in(text: str) -> Iterator[Found]:
    """Passwords behind a word that announces one."""
    for match in _passwords().finditer(text):
        value = match["value"].rstrip(".,;:!?)\"'`”’」。")
        is_said = match["said"] is not None or match["pin"] is not None
        if _is_password(value, is_assigned=match["sign"] is not None, is_said=is_said):
            yield Found(DataKind.PASSWORD, match.start("value"), match.start("value") + len(value), True)
    for match in _words_only().finditer(text):
        if not _about_passwords().search(match["value"]):
            yield Found(DataKind.PASSWORD, *match.span("value"), True)
    for match in _pairs().finditer(text):
        value = match["value"].rstrip(".,;:!?)\"'`”’」。")
        if _is_password(value, is_assigned=False, is_said=True) and not _WORD_AND_YEAR.fullmatch(value):
            yield Found(DataKind.PASSWORD, match.start("value"), match.start("value") + len(value), True)


def has_password_word(text: str) -> bool:
    """Whether a password might stand in `text`, for those who look at many texts."""
    return _password_word().search(text) is not None


@cache
def _password_word() -> re.Pattern[str]:
    words = everywhere(lambda language: language.private_words.password)
    return re.compile(rf"(?:{any_word((*words, *_logins()))})[^\n]{{0,60}}\S{{4}}", re.IGNORECASE)


def _is_real(key: str) -> bool:
    return _EXAMPLE.search(key) is None or len(Counter(key)) > 16


def _is_random(token: str) -> bool:
    """Whether a token is no word and no example: letters and digits mixed, with the entropy of random characters."""
    if not (re.search("[0-9]", token) and re.search("[A-Za-z]", token)) or _EXAMPLE.search(token) or _FILE.search(token):
        return False
    counts = Counter(token)
    entropy = -sum(n / len(token) * math.log2(n / len(token)) for n in counts.values())
    return entropy >= _ENTROPY


def _is_password(value: str, *, is_assigned: bool, is_said: bool) -> bool:
    """Whether what stands behind the word is one: letters with digits or signs, or digits behind a `:`; no example."""
    if len(value) < 4 or _EXAMPLE.match(value) or _NO_PASSWORD.match(value) or _FILE.search(value):
        return False
    letters, digits = re.search(r"[^\W\d_]", value), re.search(r"\d", value)
    if not letters:
        return (is_assigned or is_said) and value.isdigit() and len(value) >= 4
    signs = re.search(r"[!@#$%^&*+=~?](?=\S)", value)
    if digits and not signs and re.fullmatch(r"\d+[\W_]?[^\W\d_]+|[^\W\d_]+[-/ ]\d{1,2}", value) and not is_assigned:
        return False  # 8-character, 30-day
    return bool((digits and len(value) >= 6) or (signs and len(value) >= 6 and (is_assigned or is_said)))


@cache
def _key_words() -> re.Pattern[str]:
    words, equals = (
        everywhere(lambda language: language.private_words.key),
        everywhere(lambda language: language.private_words.equals),
    )
    joins = "|".join(map(re.escape, equals))
    return re.compile(
        rf"(?:{any_word(words)})(?:{_part_of()})??(?:[ \t:=→|\"'`>(\-]|{joins}|{_NEXT_LINE}){{1,8}}"
        rf"(?P<value>[A-Za-z0-9+/_\-.~]{{16,500}}={{0,2}})",
        re.IGNORECASE,
    )


@cache
def _passwords() -> re.Pattern[str]:
    """The word, whose it is, a sign or `is`, the password. Behind a word of a PIN, digits may follow without any."""
    words = everywhere(lambda language: language.private_words.password)
    brief = everywhere(lambda language: language.private_words.password_before_sign)
    equals = "|".join(map(re.escape, everywhere(lambda language: language.private_words.equals)))
    return re.compile(
        rf"(?:{any_word(words)}|(?:{any_word(brief)})(?=\s{{0,2}}(?:{_SIGN})))"
        rf"(?:(?:{_part_of()})?\s{{0,2}}(?:(?P<sign>{_SIGN})|(?<![A-Za-z])(?P<said>{equals}))"
        rf"|(?P<pin>{_part_of()})\s(?=\d{{4,8}}(?:\s*$|[.,;]))|[ \t]{{1,3}}(?!\s))"
        r"[\s\"'`“‘「*]{0,3}(?P<value>[!-~]{4,128})",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _words_only() -> re.Pattern[str]:
    """A password of letters alone: one word behind a sign, to the end of its line or cell."""
    words = everywhere(lambda language: language.private_words.password)
    return re.compile(
        rf"(?:{any_word(words)})(?:{_part_of()})??[ ]{{0,2}}[:=→][ ]{{0,2}}[\"'`“‘「]?"
        rf"(?P<value>[A-Za-z]{{8,40}}|[\w\u0e31-\u0e4e]{{6,40}})[\"'`”’」]?[.。]?[ ]{{0,2}}(?=$|;)",
        re.IGNORECASE | re.MULTILINE,
    )


@cache
def _about_passwords() -> re.Pattern[str]:
    """What is said of passwords in one word: `required`, `case-sensitive`, `อย่างน้อย8ตัว`."""
    words = everywhere(lambda language: language.private_words.about_password)
    named = everywhere(lambda language: language.private_words.password)
    return re.compile("|".join((*map(whole, words), any_word(named))), re.IGNORECASE)


@cache
def _pairs() -> re.Pattern[str]:
    """A name and a password, together: `Log in as admin / Zx9!kkpQ`. In the next line `id: ` is a label."""
    return re.compile(
        rf"(?:{any_word(_logins())})(?: {{0,2}}[:=→]? {{0,2}}{_NAME} ?[:/|] ?| {{0,2}}[:=→]\s{{1,3}}{_NAME}(?: ?[/|] ?|:))"
        r"(?P<value>[!-~]{6,128})",
        re.IGNORECASE,
    )


def _logins() -> tuple[str, ...]:
    return tuple(everywhere(lambda language: language.private_words.login))


@cache
def _part_of() -> str:
    """The regular expression of whose password it is."""
    of = everywhere(lambda language: language.private_words.of)
    words = "|".join(re.escape(word) + (" " if is_spaced(word[0]) else "") for word in longest_first(of))
    return _PART_OF.format(of=words)
