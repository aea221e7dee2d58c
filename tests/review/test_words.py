"""The interface's words: each in both languages, none missing, none left over."""

import re
import string
from pathlib import Path

import kb_pipeline.review
from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.changes import ChangeKind, ChangeState, RelationKind, RiskTier, RootCause
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.releases import ReleaseState
from kb_pipeline.review import words
from kb_pipeline.steps.checks.meaning import Nearness
from kb_pipeline.steps.checks.quality import Grade
from kb_pipeline.steps.facts.table import FactOrigin

FOLDER = Path(kb_pipeline.review.__file__).parent
FAMILIES = {
    "role": Role, "risk": RiskTier, "kind": ChangeKind, "state": ChangeState, "severity": Severity, "relation": RelationKind,
    "category": MqmCategory, "cause": RootCause, "origin": FactOrigin, "release.state": ReleaseState,
    "quality": Grade, "meaning": Nearness,
}  # fmt: skip


def test_every_word_is_there_in_both_languages_with_the_same_fields():
    for key, (english, thai) in words._WORDS.items():
        assert english, key
        assert re.search("[\u0e00-\u0e7f]", thai), key
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, thai)]
        assert fields[0] == fields[1], key


def test_every_word_that_a_template_asks_for_is_there():
    asked = set()
    for file in (FOLDER / "templates").iterdir():
        asked |= set(re.findall(r"""\bt\(["']([a-z_][\w./?-]*)["'][,)]""", file.read_text(encoding="utf-8")))
    assert len(asked) > 80
    assert asked <= words._WORDS.keys()


def test_every_value_of_the_domain_has_its_word():
    wanted = {f"{family}.{value.value}" for family, values in FAMILIES.items() for value in values}
    wanted |= {f"relation.{kind.value}.text" for kind in RelationKind}
    assert wanted <= words._WORDS.keys()
