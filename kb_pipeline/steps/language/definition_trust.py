"""Words by which orders to a bot, requests for secrets, private data and accounts are known: a part of `definition`."""

from kb_pipeline.domain.base import Value
from kb_pipeline.steps.language.definition_words import Pattern, Words


class BotOrders(Value):
    """Orders to a bot that reads the text, and `sign`: letters of which every order has some, in lower case."""

    patterns: tuple[Pattern, ...] = ()
    sign: tuple[str, ...] = ()


class SecretRequests(Value):
    """How customers are asked for a secret: patterns with `{}` for one, `to` whom; `allowed` says that nobody is asked.

    `described` are secrets in other words, as patterns: the digits from an SMS. `orders` ask without one: install a remote
    control and tell its number. Whatever these two match holds one of `signs`, in lower case.
    """

    secrets: tuple[str, ...] = ()
    described: tuple[Pattern, ...] = ()
    asks: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    orders: tuple[Pattern, ...] = ()
    signs: tuple[str, ...] = ()


class PrivateWords(Value):
    """Words before a secret or somebody's data, by what follows them; `no_data`: before numbers that are nobody's."""

    id: tuple[str, ...] = ()
    card: tuple[str, ...] = ()
    passport: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    password: tuple[str, ...] = ()
    password_before_sign: tuple[str, ...] = ()  # words that mean one only where a sign follows: `Pass: ...`
    about_password: tuple[str, ...] = ()  # what is said of passwords in the place of one: required
    login: tuple[str, ...] = ()  # before a name and a password together
    of: tuple[str, ...] = ()  # between a word for a secret and whose it is: for
    equals: tuple[str, ...] = ()  # between such a word and a secret, beside : and =
    no_data: tuple[str, ...] = ()
    goods: tuple[
        str, ...
    ] = ()  # of what was sent: before a bare number that would pass for an id or a card, not for a telephone


class AccountWords(Value):
    """Words before the name of an account, which lead people to it: LINE ID shop99."""

    messengers: Words = ()
    common_messengers: Words = ()  # those that are a common word unless in capitals: LINE
    no_messengers: Words = ()  # what holds a messenger's letters and is none
    ids: Words = ()
    add: Words = ()  # what asks people to add or to write to an account
    befriend: Words = ()  # the same, where only an account of a messenger can be meant
