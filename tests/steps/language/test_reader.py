"""A language is a file: one that nobody has heard of works without a line of code, a wrong one is named with its key."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb_pipeline.errors import LanguageDataError
from kb_pipeline.steps.language import reader
from kb_pipeline.steps.language.definition import Language, YesNo
from kb_pipeline.steps.language.reader import language_of, languages, read_language

SWAHILI = """
length: 105
common_words: na ya wa kwa ni
opposites: mnunuzi/muuzaji
sentence_ends: {abbreviations: bw}
negation:
  negations: si hapana hakuna
  hints: bure
verdict:
  "yes": ndiyo
  "no": hapana
stop_words: {words: na ya}
numbers: {words: {moja: 1, mbili: 2, saba: 7}}
durations: {units: {business_day: [siku ya kazi]}}
money: {percent: [asilimia]}
units: {counted: {item: bidhaa}}
"""
USED = """
import sys
from pathlib import Path
from kb_pipeline.steps.language import reader
from kb_pipeline.steps.language.definition import YesNo
reader.FOLDER = Path(sys.argv[1])
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.language.detection import is_plainly
from kb_pipeline.steps.language.negation import denials, hints_at_denial, may_deny, negations
from kb_pipeline.steps.language.opposites import opposed, verdict
from kb_pipeline.steps.language.sentence_ends import sentence_spans
from kb_pipeline.steps.language.stems import content_words

def facts(text):
    return [(fact.kind.value, fact.value, fact.unit) for fact in extract(text, "sw-KE")]

assert reader.language_of("sw-KE").length == 105
assert is_plainly("sw", "nunua kwa simu na ulipe")
assert negations("Hakuna ada, si leo", "sw") == 2
assert denials("Hakuna ada", "sw-KE") == (0,)
assert not may_deny("Lipa leo", "sw")
assert hints_at_denial("ni bure", "sw") and not hints_at_denial("ni ghali", "sw")
assert verdict("Ndiyo, unaweza.", "sw") is True
assert verdict("Hapana.", "sw") is False
assert opposed("lipa mnunuzi", "lipa muuzaji", "sw") == "mnunuzi/muuzaji"
assert content_words("ada ya leo", "sw") == {"ada", "leo"}
assert len(sentence_spans("Muulize Bw. Ali leo. Asante.")) == 2
assert facts("siku saba, saba siku ya kazi") == [("duration", "7", "business_day")]
assert facts("5 asilimia") == [("percent", "5", "")]
assert facts("3 bidhaa") == [("count", "3", "item")]
"""


def test_a_new_language_is_a_file_and_no_code(tmp_path: Path) -> None:
    """In a program of its own, as what all languages have is kept from the first question on."""
    shutil.copytree(str(reader.FOLDER), tmp_path / "data")
    (tmp_path / "data" / "sw.yaml").write_text(SWAHILI, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", USED, str(tmp_path / "data")], capture_output=True, text=True, check=False)
    assert ran.stderr == ""


@pytest.mark.parametrize("name", sorted(languages()))
def test_every_file_is_a_language_that_says_something(name):
    assert languages()[name] != language_of("xx")


def test_the_guide_shows_a_file_that_can_be_read() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "add-a-language.md").read_text("utf-8")
    shown = read_language(guide.split("```yaml\n")[1].split("```")[0], "vi.yaml")
    assert shown.negation.negations.words == ("không", "chưa", "chẳng", "đừng")
    assert shown.verdict == YesNo(yes=("có", "vâng"), no=("không",))


@pytest.mark.parametrize("tag", ["", "a" * 300, "../../etc/passwd", "xx", "de_DE.yaml", "ไทย"])
def test_a_tag_that_names_no_language_is_one_of_which_nothing_is_known(tag: str) -> None:
    assert language_of(tag) == Language()


def test_a_language_without_a_file_is_one_of_which_nothing_is_known():
    assert language_of("xx-XX") == language_of("../../th") == read_language("", "xx.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("negation: {negation: [x]}", "xx.yaml: negation.negation: Extra inputs are not permitted; the keys are those of"),
        ("stop_word: a b", "xx.yaml: stop_word: Extra"),
        ("negation: {negations: [no, not]}", "xx.yaml: negation.negations.words.0: .* put it into quotes"),
        ("times: {named: {noon: 12:00}}", "xx.yaml: times.named.noon: .* put it into quotes"),
        ("negation: {denials: [x]}\nlength: 3\nnegation: {denials: [y]}", "xx.yaml:3: the key 'negation' stands twice"),
        ("negation: {sign: '(x'}", "xx.yaml: negation.sign: .*no regular expression"),
        ("numbers: {words: {one: eins}}", "xx.yaml: numbers.words.one: "),
        ("length: [", "xx.yaml:2: "),
        ("? [a, b]\n: c", "xx.yaml:1: .*unhashable"),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_key(text, message):
    with pytest.raises(LanguageDataError, match=message):
        read_language(text, "xx.yaml")


def test_nothing_is_read_before_it_is_needed():
    code = (
        "import kb_pipeline.cli, kb_pipeline.steps.parse.sentences\n"
        "import kb_pipeline.steps.checks, kb_pipeline.steps.relate.relations, kb_pipeline.steps.language.terms\n"
        "from kb_pipeline.steps.language.reader import language_of, languages\n"
        "print(language_of.cache_info().misses, languages.cache_info().misses)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "0"]
