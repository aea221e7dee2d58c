"""How often the rules of phrasings alarm on what real customers ask, and how many sentences of answers they know for such.

Requests of one intent, and questions that people called the same, stand as phrasings of each other; questions of FAQs are held
against their own answers. Every finding but a true repetition is a false alarm, except `phrasing-facts` on requests: customers
tell amounts and days of their own case there, which no FAQ would take over as a phrasing.
"""

import argparse
import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks import Subject
from kb_pipeline.steps.checks.phrasings import PHRASING_RULES, phrasing_answer
from kb_pipeline.steps.language.sentence_ends import sentence_spans

DAY = date(2025, 7, 1)
TOGETHER = 10  # requests of an intent that stand as one entry's question and phrasings
LONGEST = 120  # characters of a request: the limit of a phrasing
SHORTEST = 25  # characters of an answer's sentence
NEUTRAL = {"en": "Open the app.", "th": "เปิดแอป"}  # an answer to requests that have none

Groups = Mapping[str, Sequence[str]]


def findings(market: Market, question: str, answer: str, phrasings: Sequence[str]) -> list[Finding]:
    """What the rules find on the phrasings."""
    text = FaqText(question=question, answer=answer, phrasings=tuple(phrasings))
    subject = Subject(source=text, target=text, source_language=market.tag, market=market, day=DAY)
    return [finding for rule in PHRASING_RULES for finding in rule(subject)]


def of_intents(name: str, groups: Groups, market: Market, *, show: int) -> None:
    """Requests of one intent as phrasings of each other."""
    count, found = 0, list[tuple[Finding, str]]()
    for _, asked in sorted(groups.items()):
        texts = [text for text in dict.fromkeys(asked) if len(text) <= LONGEST]
        random.shuffle(texts)
        for at in range(0, len(texts) - 1, TOGETHER):
            question, *phrasings = texts[at : at + TOGETHER]
            count += len(phrasings)
            found += [(f, question) for f in findings(market, question, NEUTRAL[market.language], phrasings)]
    told(name, count, found, show)


def of_pairs(rows: Iterable[tuple[str, str, str]], market: Market, *, show: int) -> None:
    """Questions that people called the same, with an answer of one of them."""
    count, found = 0, list[tuple[Finding, str]]()
    for question, phrasing, answer in rows:
        count += 1
        found += [(f, question) for f in findings(market, question, answer, [phrasing])]
    told("pairs called the same", count, found, show)


def of_answers(name: str, faqs: Iterable[tuple[str, str]], market: Market) -> None:
    """Questions held against their answers, and sentences of answers that are found to be such."""
    asked = alarms = sentences = known = 0
    for question, answer in faqs:
        text = FaqText(question="", answer=answer, phrasings=(question,))
        subject = Subject(source=text, target=text, source_language=market.tag, market=market, day=DAY)
        asked, alarms = asked + 1, alarms + len(phrasing_answer(subject))
        for start, end in sentence_spans(answer)[:3]:
            if len(sentence := answer[start:end].strip()) >= SHORTEST:
                sentences += 1
                known += any(f.rule == phrasing_answer.id for f in findings(market, question, answer, [sentence]))
    print(f"{name}: {alarms} of {asked} questions taken for answers; {known} of {sentences} sentences of answers known")


def told(name: str, count: int, found: Sequence[tuple[Finding, str]], show: int) -> None:
    """Counts by rule and severity, and some examples."""
    by_rule = Counter(f"{finding.rule}/{finding.severity.value}" for finding, _ in found)
    print(f"{name}: {count} phrasings, " + (", ".join(f"{rule} {n}" for rule, n in sorted(by_rule.items())) or "no finding"))
    for finding, question in found[:show]:
        print(f"    {finding.message}  [{question}]")


def requests(path: Path, text: str, intent: str) -> Groups:
    """Texts by intent."""
    groups = defaultdict[str, list[str]](list)
    for row in rows_of(path):
        groups[str(row[intent])].append(str(row[text]))
    return groups


def rows_of(path: Path) -> Iterator[Mapping[str, object]]:
    """The rows of a CSV or JSONL file."""
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, file)


def main() -> None:
    """Print all counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public sets")
    parser.add_argument("--show", type=int, default=0, help="findings to show of each set")
    options = parser.parse_args()
    random.seed(1)
    data, show = options.data, options.show
    american, thai = (load_market(Path("locales"), tag) for tag in ("en-US", "th-TH"))
    of_intents("BANKING77", requests(data / "intents-en/banking77/train.csv", "text", "category"), american, show=show)
    for name in ("banking", "insurance"):
        texts = requests(data / f"intents-dstc11/{name}.jsonl", "utterance", "intent")
        of_intents(f"DSTC11 {name}", texts, american, show=show)
    of_intents("Thai calls", requests(data / "intents-th-calls/utterances.jsonl", "text", "object"), thai, show=show)
    covid = {str(row["question"]): str(row["answer"]) for row in rows_of(data / "faq-covid-en/faq_covidbert.csv")}
    pairs = [
        (str(row["question_1"]), str(row["question_2"]))
        for row in rows_of(data / "faq-covid-en/eval_question_similarity_en.csv")
        if row["similar"] == "1"
    ]
    both = (*pairs, *((two, one) for one, two in pairs))
    of_pairs(((one, two, covid.get(one) or covid.get(two) or NEUTRAL["en"]) for one, two in both), american, show=show)
    of_answers("COVID FAQs", covid.items(), american)
    faqs = ((str(row["th_question"]), str(row["th_answer_md"])) for row in rows_of(data / "faq-th/shared.jsonl"))
    of_answers("Thai FAQs", faqs, thai)


if __name__ == "__main__":
    main()
