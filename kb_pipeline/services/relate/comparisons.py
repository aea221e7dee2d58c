"""The texts of a market, compared with each other: only what is new is compared, what was found before is read."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from kb_pipeline.domain.base import fingerprint
from kb_pipeline.domain.relations import Comparison
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.relations import ComparedPair, Comparisons
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.index import BLOCK, EntryIndex
from kb_pipeline.steps.relate.relations import compare_texts

RULES = 1  # raised when `steps.relate` or what it reads by finds something else in the same texts
Found = Mapping[str, Sequence[tuple[str, Comparison]]]  # of each text, those that come near


def text_id(text: EntryText) -> str:
    """What a text is compared under: equal texts of a language are one, whatever their entries."""
    return fingerprint(text.language, text.text.question, list(text.text.phrasings), text.text.answer)


def compare_market(
    market: str,
    texts: Mapping[str, EntryText],
    store: Comparisons,
    embedder: Embedder,
    done: Callable[[str], None] = lambda _: None,
) -> Found:
    """What is known of all `texts` (by `text_id`) of a market, after comparing the new ones with each other and the rest.

    Texts that are not among them are forgotten. Pairs that are far apart are not in the result. `done` is called for each text
    that had to be embedded. Raises what the embedder raises.
    """
    basis = _basis(market, embedder)
    known = store.compared_texts(market, basis)
    fresh, gone = [key for key in texts if key not in known], sorted(known - texts.keys())
    if fresh:
        order = [*(key for key in texts if key in known), *fresh]
        named = [texts[key]._replace(entry_id=key) for key in order]
        pairs = list(_pairs(compared(named, embedder, done), len(order) - len(fresh)))
        store.save_comparisons(market, basis, fresh, gone, pairs)
    elif gone:
        store.save_comparisons(market, basis, (), gone, ())
    found = defaultdict[str, list[tuple[str, Comparison]]](list)
    for one, other, comparison in store.comparisons(market):
        found[one].append((other, comparison))
        found[other].append((one, comparison.turned()))
    return found


def _pairs(entries: Sequence[ComparedEntry], first: int) -> Iterator[ComparedPair]:
    """Each entry from the `first` on with those before it that are worth it."""
    index = EntryIndex()
    for entry in entries:
        index.add(entry)
    for start in range(first, len(entries), BLOCK):
        block = entries[start : start + BLOCK]
        for entry, rivals in zip(block, index.nearest(block, earlier=True), strict=True):
            for rival in rivals:
                yield ComparedPair(entry.id, rival.id, compare_texts(entry, rival))


def _basis(market: str, embedder: Embedder) -> str:
    """What comparisons rest on: the weights of the embedder, the rules, and the words of the language."""
    return fingerprint(embedder.fingerprint, RULES, language_of(market).model_dump(mode="json"))
