"""Where a text could lead people, however it is written: web and mail addresses, bare domains, accounts, scripts. No I/O.

`steps.facts.tokens` finds addresses as facts, to be compared letter by letter. Here nothing that leads somewhere may be missed:
full-width letters, `example[.]com`, `hxxp://`, `%2e`, `bit.ly/x`. A name is a domain where it ends in a real top-level domain
(the Public Suffix List's) and is no file (`readme.md`), no abbreviation (`e.g.`) and no call (`console.log(`).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

from kb_pipeline.domain.disguise import letters_joined, undisguised, with_plain_dots
from kb_pipeline.steps.facts.accounts import accounts
from kb_pipeline.steps.facts.disguises import disguised, without_markdown

_DOT = r"(?:\.|%2e|%e3%80%82|%ef%bc%8e|_dot_|\s?(?:\[\s?(?:\.|dot)\s?\]|\((?:\.|dot)\)|\{(?:\.|dot)\})\s?)"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}{_DOT}){{1,8}}[a-z][a-z0-9-]{{0,61}}[a-z0-9]"
_REST = r"(?:(?!\]\()[^\s<>\"'“”‘’|\\^`{}\u0e00-\u0e7f\u3000-\u9fff\uff00-\uffef])*"
_SCHEME = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{1,20})(?:\[:\]|:)"
    rf"(?://|\\\\|(?<=https:)[/\\]|(?<=http:)[/\\])(?P<to>{_REST})",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"(?<![\w-])(?:(?:java|vb|live)script:(?=\S)|data:(?:[a-z]+/[a-z0-9.+-]+[;,]|,)|magnet:\?)", re.IGNORECASE)
# Links to other programs: sms:, weixin:. Telephone numbers and mail addresses are seen as such.
_OTHER_LINK = re.compile(
    r"(?:\]\(\s*<?|\]:\s+<?|<(?=(?:sms|smsto|skype|callto|facetime|whatsapp|viber|tg|weixin|wechat|intent|market|zalo|line):))"
    r"(?P<to>(?!(?:https?|tel|mailto|javascript|vbscript|livescript|data):)(?P<scheme>[a-z][a-z0-9+-]{1,20}):(?!//)"
    r"(?P<path>[^\s)>]+))",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:(?<![a-z0-9_.$@%/\\-])|(?<=//)|(?<=\(/\\)|(?<=\(\\\\))(?P<user>[a-z0-9][\w.+-]{{0,63}}\s?(?:@|\[at\]|\(at\)|%40)\s?)?(?P<host>{_HOST})"
    r"(?![a-z0-9_@-]|\()(?P<rest>(?::\d{2,5})?(?:[/?#]" + _REST + ")?)",
    re.IGNORECASE,
)
_IP = re.compile(r"(?<![\d.\w/])(?P<host>\d{1,3}(?:\.\d{1,3}){3})(?=[:/]\w)(?P<rest>" + _REST + ")")
_THAILAND = b"xn--o3cw4h".decode("idna")  # the top-level domain of Thailand in its own letters
_THAI = re.compile(
    r"(?<![\u0e01-\u0e4e0-9-])(?P<host>(?=[\u0e01-\u0e4e0-9-]*[\u0e30-\u0e3a\u0e40-\u0e4e])"
    rf"[\u0e01-\u0e4e0-9-]+\.{_THAILAND})(?![\u0e01-\u0e4e])"
)
# A domain in letters of any script: with a country's own letters at the end, or before a common end.
_OWN_LETTERS = re.compile(
    r"(?<![\w.-])(?P<host>[^\W_\u0e00-\u0e7f][\w-]*\.(?P<top>[^\x00-\x7f\W\d_\u0e00-\u0e7f]{2,}))(?![\w.])"
    r"|(?P<latin>[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff]+\.(?:com|net|org|jp|cn|tw|hk|shop|xyz|top))(?![\w(])"
)
# What every address with a scheme has, and every one without: quicker to look for than these.
_SLASHES = re.compile(r":\]?[/\\]")
_DOTTED = re.compile(r"\.[^\s.]|%2e|%e3%80%82|%ef%bc%8e|_dot_|[\[({]\s?(?:\.|dot)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![a-z0-9_@/.`+-])@(?P<name>[a-z0-9][a-z0-9._-]{2,29})(?![a-z0-9_@])", re.IGNORECASE)
# Ends of file names that are top-level domains, too: `readme.md`, `run.sh`, `main.py`, `backup.zip`, `logo.ai`.
_FILES = frozenset({"ai", "app", "cc", "cfd", "in", "java", "md", "mov", "pl", "pm", "ps", "py", "rs", "sh", "so", "zip"})
_NO_DOMAINS = frozenset({"asp.net", "vb.net", "ado.net", "ml.net", "socket.io", "command.com"})
_LANGUAGE_STEP = re.compile(r"^/[a-z]{2}(?:-[A-Za-z]{2,4})?(?=/|$)")
_CLOSING = ".,;:!?)]}*_~"
# Who stands behind these is not seen by their names: short links, and accounts of messengers.
_VEILED = frozenset({
     "adf.ly", "bit.do", "bit.ly", "bl.ink", "buff.ly", "cutt.ly", "discord.gg", "dub.sh", "fb.me", "goo.gl",
     "is.gd", "lin.ee", "line.me", "m.me", "ow.ly", "qr.ae", "rb.gy", "rebrand.ly", "s.id", "short.io",
     "shorturl.asia", "shorturl.at", "t.co", "t.ly", "t.me", "tiny.cc", "tinyurl.com", "v.gd", "wa.me", "we.tl",
})  # fmt: skip


class Address(NamedTuple):
    """Where something leads: `host` in lower case (`@name` for an account, `javascript:` for a script) and `path` below it."""

    raw: str
    host: str
    path: str
    is_veiled: bool  # written or named so that nobody sees where it leads, or not of the web at all

    @property
    def place(self) -> str:
        """Host and path, as places are compared: a page is the same in all its languages (`/en-us/`)."""
        return f"{self.host}{_LANGUAGE_STEP.sub('', self.path)}"

    def is_below(self, listed: str) -> bool:
        """Whether it is what a list names: a domain with all below it, a page with all below it, or an account."""
        host, slash, path = listed.strip().removeprefix("https://").removeprefix("www.").partition("/")
        host = host.lower()
        is_host = self.host == host or self.host.endswith(f".{host}")
        below = f"/{path}".rstrip("/")
        return is_host and (not slash or not path or self.path == below or self.path.startswith((f"{below}/", f"{below}?")))


def addresses(text: str) -> tuple[Address, ...]:
    """All addresses of a text, in order of kind; each once."""
    folded = without_markdown(letters_joined(with_plain_dots(undisguised(text))))
    found = {address.place: address for address in _found(folded)}
    return tuple(found.values())


def _found(text: str) -> Iterator[Address]:
    rest = text
    for match in _SCHEME.finditer(text) if _SLASHES.search(text) else ():
        raw = match[0].rstrip(_CLOSING)
        rest = rest.replace(match[0], " " * len(match[0]), 1)
        if address := _web(raw, match["scheme"].lower(), match["to"].rstrip(_CLOSING)):
            yield address
    for match in _SCRIPT.finditer(rest) if ":" in rest else ():
        yield Address(match[0], match[0].partition(":")[0].lower() + ":", "", is_veiled=True)
    bare = (*_BARE.finditer(rest), *_IP.finditer(rest), *_THAI.finditer(rest)) if _DOTTED.search(rest) else ()
    for match in bare:
        user, behind = match.groupdict().get("user") or "", match.groupdict().get("rest") or ""
        if _is_domain(match["host"], behind, user):
            yield _address(match[0].rstrip(_CLOSING), match["host"], "" if user else behind.rstrip(_CLOSING))
    for match in () if rest.isascii() else _OWN_LETTERS.finditer(rest):
        if match["latin"] or _is_top(_in_ascii(match["top"])):
            yield Address(match[0], match[0].lower(), "", is_veiled=True)
    for match in _ACCOUNT.finditer(rest):
        yield Address(match[0], f"@{match['name'].lower().rstrip('._-')}", "", is_veiled=False)
    for match in _OTHER_LINK.finditer(rest) if ":" in rest else ():
        yield Address(match["to"], f"{match['scheme'].lower()}:", match["path"], is_veiled=True)
        rest = rest.replace(match["to"], " ", 1)
    for hidden in disguised(rest, _is_top):
        yield Address(hidden.raw, hidden.host, "", is_veiled=True)
    for account in accounts(rest):
        yield Address(account.raw, f"@{account.name}", "", is_veiled=False)


def _web(raw: str, scheme: str, to: str) -> Address | None:
    host, _, behind = re.split(r"([/?#])", to, maxsplit=1) if re.search("[/?#]", to) else (to, "", "")
    mark = to[len(host) : len(host) + 1]
    name = re.sub(r":\d{1,5}$", "", host.rpartition("@")[2])
    if not any(map(str.isalnum, name)):
        return Address(raw, "file:", "", is_veiled=True) if scheme == "file" and behind else None
    found = _address(raw, name, f"{mark}{behind}")
    plain = scheme in ("http", "https") and "@" not in host and not re.fullmatch(r"[\d.]+|\[.*|.*xn--.*", name)
    return found if plain else found._replace(is_veiled=True)


def _address(raw: str, host: str, path: str) -> Address:
    name = re.sub(_DOT, ".", host, flags=re.IGNORECASE).lower().strip(".")
    name = name.removeprefix("www.")
    is_odd = name != host.lower().strip(".").removeprefix("www.")
    return Address(raw, name, path.partition("#")[0].rstrip("/"), is_veiled=is_odd or _is_veiled(name))


def _is_veiled(name: str) -> bool:
    return any(name == veiled or name.endswith(f".{veiled}") for veiled in _VEILED)


def _is_domain(host: str, rest: str, user: str) -> bool:
    """Whether a name with dots is one of the Internet, and no file, abbreviation or two sentences without a space."""
    if re.fullmatch(r"[\d.]+", host):
        return all(int(part) < 256 for part in host.split("."))
    name = re.sub(_DOT, ".", host, flags=re.IGNORECASE)
    *labels, top = name.lower().split(".")
    if not _is_top(top):
        return False
    if user or labels[0] == "www" or rest.startswith(("/", "?", ":")) or name != host:
        return True
    if name.lower() in _NO_DOMAINS or top in _FILES or all(label.isdigit() for label in labels):
        return False
    written = name.rpartition(".")[2]
    if written[0].isupper() and not name.isupper() and top not in ("com", "net", "org", "xyz"):
        return False  # two sentences without a space: `a good price.In Thailand`
    return len(labels[-1]) > 1 or len(top) > 2


def _in_ascii(top: str) -> str:
    """A top-level domain as the network knows it: xn--..."""
    try:
        return top.lower().encode("idna").decode()
    except UnicodeError:
        return ""


@cache
def _is_top(name: str) -> bool:
    return name in ("onion", "example") or _suffixes().publicsuffix(name, accept_unknown=False) is not None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def places_of(texts: Iterable[str]) -> frozenset[str]:
    """The places that texts name: each address, and each host by itself."""
    return frozenset(place for text in texts for address in addresses(text) for place in (address.place, address.host))
