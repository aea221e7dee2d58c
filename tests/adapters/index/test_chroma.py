"""Indexes of releases: written whole or not at all, found by meaning and by words, and never another release's."""

import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest

from kb_pipeline.adapters.index.chroma import ChromaIndexes
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import IndexText
from kb_pipeline.domain.releases import Release, ReleaseState
from kb_pipeline.errors import ReleaseError
from kb_pipeline.steps.serve.ranking import search_words

SAID = {
    "en-US": ("How long does a refund take?", "when do I get my money back", "A refund to a card takes 15 days."),
    "th-TH": ("การคืนเงินใช้เวลากี่วัน", "จะได้เงินคืนเมื่อไร", "การคืนเงินเข้าบัตรใช้เวลา 15 วัน"),
}
PARTS = (TextPart.QUESTION, TextPart.PHRASING, TextPart.ANSWER)


def release_of(market="en-US", number=1, manifest_hash="a" * 64):
    return Release(
        market=market, number=number, state=ReleaseState.BUILDING, entries=1, manifest_hash=manifest_hash, embedder="e",
        created_at=datetime(2026, 1, 15, tzinfo=UTC),
    )  # fmt: skip


def texts_of(market="en-US", entry="refund"):
    pairs = zip(PARTS, SAID[market], strict=True)
    return [IndexText(entry_id=entry, part=part, text=text, words=search_words(text, market)) for part, text in pairs]


def vectors_of(count, seed=7):
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def nothing():
    """A tick that nobody needs."""


@pytest.fixture
def indexes(tmp_path):
    return ChromaIndexes(tmp_path / "releases")


def build(indexes, release, count=3):
    texts, vectors = texts_of(release.market), vectors_of(count)
    indexes.build(release, texts, vectors, nothing)
    return texts, vectors


@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_what_was_built_is_found_by_its_vector_and_by_its_words(indexes, market):
    release = release_of(market)
    texts, vectors = build(indexes, release)
    opened = indexes.open(release)
    nearest = opened.dense(vectors[1], 10)
    assert (nearest[0].text_id, nearest[0].entry_id) == ("refund:phrasing:0", "refund")
    assert nearest[0].score == pytest.approx(1.0, abs=1e-5)
    assert len(nearest) == 3
    assert [hit.entry_id for hit in opened.lexical(search_words(texts[0].text, market), 5)] == ["refund"]
    assert opened.lexical(("unheard",), 5) == []
    assert opened.manifest_hash == release.manifest_hash
    opened.close()


def test_the_contents_are_what_was_written(indexes):
    texts, vectors = build(indexes, release_of())
    opened = indexes.open(release_of())
    ids, said, held = opened.contents()
    opened.close()
    order = [ids.index(text.id) for text in texts]
    assert [said[n] for n in order] == [text.text for text in texts]
    assert np.allclose(held[order], vectors, atol=1e-6)


def test_two_thousand_random_vectors_are_found_as_exact_search_finds_them(indexes):
    vectors, release = vectors_of(2_000), release_of()
    texts = [IndexText(entry_id=f"e{n}", part=TextPart.QUESTION, text=str(n), words=(str(n),)) for n in range(2_000)]
    indexes.build(release, texts, vectors, nothing)
    opened, shares = indexes.open(release), []
    for query in vectors_of(100, seed=8):
        exact = {f"e{n}" for n in np.argsort(-(vectors @ query))[:10]}
        shares.append(len(exact & {hit.entry_id for hit in opened.dense(query, 10)}) / 10)
    opened.close()
    assert np.mean(shares) >= 0.99


def test_an_interrupted_build_is_no_index_and_is_written_anew(indexes):
    release, ticks = release_of(), []

    def interrupt():
        ticks.append(1)
        if len(ticks) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexes.build(release, texts_of(), vectors_of(3), interrupt)
    assert indexes.exists(release)
    with pytest.raises(ReleaseError, match="no complete index"):
        indexes.open(release)
    build(indexes, release)
    indexes.open(release).close()


def test_an_index_of_another_manifest_is_never_opened(indexes):
    build(indexes, release_of())
    with pytest.raises(ReleaseError, match="another release's"):
        indexes.open(release_of(manifest_hash="b" * 64))


@pytest.mark.parametrize("damage", ["chroma.sqlite3", "lexical.sqlite3", "release.json"])
def test_a_damaged_index_is_never_opened(indexes, tmp_path, damage):
    build(indexes, release_of())
    file = tmp_path / "releases" / "en-US" / "r0001" / damage
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    with pytest.raises(ReleaseError):
        indexes.open(release_of()).close()


@pytest.mark.parametrize("damage", [lambda old: bytes(len(old)), lambda old: old[:8192], lambda old: old[: len(old) // 2]])
@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_a_damaged_index_is_built_anew_by_the_process_that_found_it_damaged(indexes, tmp_path, market, damage):
    release = release_of(market)
    build(indexes, release)
    file = tmp_path / "releases" / release.id / "chroma.sqlite3"
    file.write_bytes(damage(file.read_bytes()))
    for _ in range(2):
        with pytest.raises(ReleaseError, match=r"it is made anew by: kb release publish"):
            indexes.open(release)
    texts, _ = build(indexes, release)
    index = indexes.open(release)
    assert set(index.contents()[0]) == {text.id for text in texts}
    index.close()


def test_present_names_what_is_there_and_removing_it_twice_is_fine(indexes, tmp_path):
    for market in ("en-US", "th-TH"):
        build(indexes, release_of(market))
    (tmp_path / "releases" / "en-US" / "notes").mkdir()
    assert indexes.present() == ["en-US/r0001", "th-TH/r0001"]
    for _ in range(2):
        indexes.remove("en-US/r0001")
    assert indexes.present() == ["th-TH/r0001"]


def test_another_process_sees_all_of_it_while_this_one_holds_it_open(indexes, tmp_path):
    release = release_of("th-TH")
    build(indexes, release)
    opened = indexes.open(release)
    code = (
        "import sys; from pathlib import Path; from kb_pipeline.adapters.index.chroma import ChromaIndexes\n"
        "from tests.adapters.index.test_chroma import release_of, vectors_of\n"
        f"i = ChromaIndexes(Path({str(tmp_path / 'releases')!r})).open(release_of('th-TH'))\n"
        "print(len(i.dense(vectors_of(3)[0], 10)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3"
    assert len(opened.dense(vectors_of(3)[0], 10)) == 3
    opened.close()


@pytest.fixture
def server(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/api/v2/heartbeat")
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    yield url
    process.kill()
    process.wait()


def test_a_server_holds_the_vectors_and_gives_them_back(server, tmp_path):
    indexes, release = ChromaIndexes(tmp_path / "releases", server), release_of("th-TH")
    texts, vectors = build(indexes, release)
    opened = indexes.open(release)
    assert opened.dense(vectors[2], 1)[0].text_id == texts[2].id
    assert sorted(opened.contents()[0]) == sorted(text.id for text in texts)
    assert [hit.entry_id for hit in opened.lexical(search_words(texts[0].text, "th-TH"), 5)] == ["refund"]
    opened.close()
    build(indexes, release)  # again: the collection before it is thrown away
    indexes.open(release).close()
    indexes.remove(release.id)
    assert httpx.get(f"{server}/api/v2/tenants/default_tenant/databases/default_database/collections").json() == []


def test_a_server_that_is_gone_is_told_by_name(tmp_path):
    indexes = ChromaIndexes(tmp_path / "releases", "http://127.0.0.1:9")
    with pytest.raises(ReleaseError, match=r"cannot write the index of en-US/r0001"):
        build(indexes, release_of())
    shutil.rmtree(tmp_path / "releases")
