"""Term bases travel: TBX of every dialect and CSV in, TBX out and back without loss, new rows into a pack."""

import shutil
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.adapters.interchange.terms import csv_text, read_terms_file, tbx_text, write_termbase
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.markets import Term, TermStatus
from kb_pipeline.errors import PackError, UsageError
from tests.conftest import ROOT

PREFERRED, ADMITTED, FORBIDDEN, KEEP = TermStatus
DCA = """<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="1"><langSec xml:lang="en-US"><termSec><term>order</term></termSec></langSec>
<langSec xml:lang="th"><termSec><term>คำสั่งซื้อ</term>
<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote><note>Noun</note></termSec>
<termSec><term>ออเดอร์</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec></langSec>
</conceptEntry></body></text></tbx>"""
DCT = """<tbx type="TBX-Basic" style="dct" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"
xmlns:min="http://www.tbxinfo.net/ns/min"><text><body><conceptEntry id="1">
<langSec xml:lang="en"><termSec><term>order</term></termSec></langSec><langSec xml:lang="th-TH">
<termSec><term>คำสั่งซื้อ</term><min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus><note>Noun</note>
</termSec><termSec><term>ออเดอร์</term><min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus></termSec>
</langSec></conceptEntry></body></text></tbx>"""
MARTIF = """<martif type="TBX-Default" xml:lang="en"><text><body><termEntry id="1">
<langSet xml:lang="en"><tig><term>order</term></tig></langSet><langSet xml:lang="th">
<ntig><termGrp><term>คำสั่งซื้อ</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termGrp>
<note>Noun</note></ntig>
<tig><term>ออเดอร์</term><termNote type="normativeAuthorization">deprecatedTerm</termNote></tig></langSet>
</termEntry></body></text></martif>"""


def read(tmp_path, text: str, name: str = "t.tbx", status: TermStatus = PREFERRED) -> tuple[Term, ...]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_terms_file(path, "en", "th-TH", status)


@pytest.mark.parametrize("dialect", [DCA, DCT, MARTIF])
def test_every_dialect_says_the_same(tmp_path, dialect: str) -> None:
    found = read(tmp_path, dialect)
    assert [(t.source, t.target, t.status, t.note) for t in found] == [
        ("order", "คำสั่งซื้อ", PREFERRED, "Noun"), ("order", "ออเดอร์", FORBIDDEN, ""),
    ]  # fmt: skip


def test_of_renderings_without_a_status_the_first_is_preferred_and_a_name_stays(tmp_path) -> None:
    entry = """<tbx xmlns="urn:iso:std:iso:30042:ed-2"><text><body><conceptEntry>
    <langSec xml:lang="en"><termSec><term>refund</term></termSec><termSec><term>Wi-Fi</term></termSec></langSec>
    <langSec xml:lang="th"><termSec><term>คืนเงิน</term></termSec><termSec><term>เงินคืน</term></termSec>
    <termSec><term>Wi-Fi</term></termSec></langSec></conceptEntry></body></text></tbx>"""
    found = {(t.source, t.target): t.status for t in read(tmp_path, entry)}
    assert found["refund", "คืนเงิน"] is PREFERRED
    assert found["refund", "เงินคืน"] is ADMITTED
    assert found["Wi-Fi", "Wi-Fi"] is KEEP


def test_csv_needs_a_source_and_a_target_and_names_the_line_of_a_fault(tmp_path) -> None:
    found = read(tmp_path, "source,target\nrefund,คืนเงิน\n", "t.csv", ADMITTED)
    assert found == (Term(source="refund", target="คืนเงิน", status=ADMITTED, source_lang="en"),)
    with pytest.raises(UsageError, match="line 3: no status 'best'"):
        read(tmp_path, "source,target,status\na,b,preferred\na,c,best\n", "t.csv")
    with pytest.raises(UsageError, match="no columns"):
        read(tmp_path, "en,th\na,b\n", "t.csv")
    with pytest.raises(UsageError, match="'target' is empty"):
        read(tmp_path, "source,target\na,\n", "t.csv")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [("t.tbx", "<tbx><", "line 1 is no XML"), ("t.tbx", "<html/>", "root is 'html'"), ("t.doc", "x", "no term base")],
)
def test_what_is_no_term_base_is_refused(tmp_path, name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(tmp_path, text, name)


def test_a_file_from_outside_reads_no_other_file(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden", encoding="utf-8")
    text = DCA.replace("ออเดอร์", "&x;")
    message = read(tmp_path, f'<!DOCTYPE tbx [<!ENTITY x SYSTEM "file://{secret}">]>{text}')
    assert "hidden" not in "".join(t.target for t in message)


_WORDS = st.text(alphabet=string.ascii_letters + "กาคำน้ำ注文<&>\"'-éß ,", min_size=1, max_size=20).map(
    lambda s: " ".join(s.split())
)
_TERMS = st.lists(
    st.builds(
        Term, source=_WORDS.filter(bool), target=_WORDS.filter(bool), status=st.sampled_from(TermStatus),
        note=_WORDS, source_lang=st.sampled_from(["", "en"]),
    ),
    max_size=8, unique_by=lambda t: (t.source, t.target, t.source_lang),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TERMS)
def test_terms_come_back_from_tbx_and_csv_as_they_were(tmp_path, terms: list[Term]) -> None:
    back = read(tmp_path, tbx_text(terms, "th-TH", "Test"))
    assert sorted(back, key=repr) == sorted(terms, key=repr)
    assert list(read(tmp_path, csv_text(terms), "t.csv")) == terms


def test_the_real_packs_come_back_from_tbx(tmp_path, thai, american) -> None:
    for pack in (thai, american):
        terms = [t for t in pack.terms if t.source_lang in ("", "en")]
        path = tmp_path / "t.tbx"
        path.write_text(tbx_text(terms, pack.tag, pack.name), encoding="utf-8")
        assert sorted(read_terms_file(path, "en", pack.tag, PREFERRED), key=repr) == sorted(terms, key=repr)


@pytest.fixture
def packs(tmp_path):
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    return tmp_path / "locales"


def test_new_rows_follow_and_the_old_bytes_stay(packs) -> None:
    path = packs / "th-TH" / "termbase.csv"
    old = path.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + old)
    new = Term(source="gift, card", target="บัตรของขวัญ", status=PREFERRED, note="New", source_lang="en")
    write_termbase(packs, "th-TH", [new])
    assert path.read_bytes() == b"\xef\xbb\xbf" + old + b"\r\n" + '"gift, card",บัตรของขวัญ,preferred,New,en\r\n'.encode()
    assert load_market(packs, "th-TH").terms[-1] == new
    assert sorted(p.name for p in path.parent.iterdir()) == sorted(p.name for p in (ROOT / "locales" / "th-TH").iterdir())


def test_a_pack_that_would_be_broken_is_not_written(packs) -> None:
    path = packs / "th-TH" / "termbase.csv"
    old = path.read_bytes()
    with pytest.raises(PackError, match="nothing was written"):
        write_termbase(packs, "th-TH", [Term(source="order", target="คำสั่งซื้อ", status=FORBIDDEN, source_lang="en")])
    assert path.read_bytes() == old
