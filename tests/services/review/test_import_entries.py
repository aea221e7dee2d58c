"""What a company has already is compared with, and is said only once a person approved it."""

from kb_pipeline.domain.changes import ChangeKind, ChangeState
from kb_pipeline.services.review.import_entries import import_entries
from tests.conftest import DAY

ROWS = [
    (2, {"question": "คืนสินค้าได้ภายในกี่วัน?", "answer": "คืนได้ภายใน 15 วันหลังได้รับสินค้า", "phrasings": "ขอคืนของได้ไหม?"}),
    (3, {"question": "เปลี่ยนที่อยู่ได้ไหม?", "answer": "ได้ครับ ก่อนร้านค้าจัดส่ง", "phrasings": ""}),
    (4, {"question": "", "answer": "ไม่มีคำถาม"}),
]


def test_an_import_alone_puts_nothing_into_the_queue(store, thai):
    result = import_entries(ROWS, thai, store)
    assert (len(result.imported), len(result.proposed), len(result.rejected)) == (2, 0, 1)
    assert not store.changes("th-TH")


def test_a_proposed_import_waits_with_what_the_checks_find(store, thai):
    result = import_entries(ROWS, thai, store, propose_on=DAY)
    plain, polite = (store.change(id_) for id_ in result.proposed)
    assert (plain.kind, plain.state, plain.findings) == (ChangeKind.ADD, ChangeState.PENDING, ())
    assert plain.revision.text.phrasings == ("ขอคืนของได้ไหม?",)
    assert "tone" in {finding.rule for finding in polite.findings}  # ครับ
    assert plain.quality > polite.quality


def test_what_people_wrote_is_no_copy_of_an_example(store, thai):
    alike = {"question": "เปลี่ยนที่อยู่จัดส่งได้ไหม", "answer": "ได้ ก่อนร้านค้าจัดส่งสินค้า"}
    (id_,) = import_entries([(2, alike)], thai, store, propose_on=DAY).proposed
    assert store.change(id_).findings == ()


def test_proposing_twice_proposes_once(store, thai):
    import_entries(ROWS, thai, store)
    first = import_entries(ROWS, thai, store, propose_on=DAY)
    assert (len(first.proposed), first.duplicates) == (2, 2)
    assert import_entries(ROWS, thai, store, propose_on=DAY).proposed == ()
