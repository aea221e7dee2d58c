"""Whether a pack's sentence examples are fit to be shown to a model: enough of them, and right by the pack's own checks."""

from collections.abc import Iterator
from datetime import date

import yaml

from kb_pipeline.adapters.packs.market_yaml import yaml_lines
from kb_pipeline.adapters.packs.problems import PackFile
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Market, SentenceExample
from kb_pipeline.steps.checks import Profile, Subject, run_checks
from kb_pipeline.steps.language.tags import primary

FEWEST = 6  # a question, a period, a condition, a menu path, who does it when, a fee
_KEY = "sentence_examples"


def check_sentence_examples(problems: PackFile, warnings: PackFile, market: Market, day: date) -> None:
    """A problem for each finding on an example, a warning for a language with too few. Both files are market.yaml.

    A pack without any is sound: only a small model needs them.
    """
    text = problems.path.read_text("utf-8-sig")
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    lines = yaml_lines(problems, node) if node else {}
    for index, example in enumerate(market.sentence_examples):
        for message in _faults(example, market, day):
            line = lines.get((_KEY, index), 1)
            problems.fault(line, "bad-example", message, "a model writes what it is shown: correct the sentence or its source")
    languages = {primary(tag) for example in market.sentence_examples for tag in example.sources}
    for language in sorted(languages):
        count = sum(language in map(primary, example.sources) for example in market.sentence_examples)
        if count < FEWEST:
            message = f"{count} sentence examples from {language}: a small model needs {FEWEST} to translate well"
            remedy = f"add to {_KEY}: a question, a period, a condition, a menu path, who does what when, a fee"
            warnings.fault(lines.get((_KEY,), 1), "few-examples", message, remedy)


def _faults(example: SentenceExample, market: Market, day: date) -> Iterator[str]:
    if not example.target.strip() or not example.sources or not all(map(str.strip, example.sources.values())):
        yield "an example without a sentence or a source"
        return
    for tag, source in example.sources.items():
        subject = Subject(
            source=FaqText(question="", answer=source),
            target=FaqText(question="", answer=example.target),
            source_language=tag,
            market=market,
            day=day,
        )
        for finding in run_checks(subject, Profile.SENTENCE):
            if finding.severity is not Severity.MINOR:
                yield f"'{example.target[:40]}' beside '{source[:40]}': {finding.message} [{finding.rule}]"
