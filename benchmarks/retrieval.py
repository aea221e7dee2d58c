"""How well the live releases are searched, how well the confidence tells right from wrong, and how long an answer takes.

Builds real releases in the folder `--cache` (a temporary one unless given) from public questions and
answers: English and Thai passages without a question of their own, Thai answers without and with their question, and English
FAQs. Questions are split into two halves: constants were chosen on the even ones, figures are of the odd ones.
"""

import argparse
import csv
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
import numpy as np

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import open_accounts, open_embedder, open_indexes, open_store
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.index import Found
from kb_pipeline.domain.releases import ReleaseReport
from kb_pipeline.ports.models import Embedder, Vectors
from kb_pipeline.services.release.verify import embed_texts
from kb_pipeline.services.serve.opened import OpenRelease, open_release
from kb_pipeline.settings import Settings
from kb_pipeline.steps.release.manifest import index_texts, manifest_of
from kb_pipeline.steps.serve.ranking import confidence, coverage, judged_by, rank, search_words

Texts = Sequence[tuple[str, FaqText]]  # key, text
WRONG_WEIGHS = 3.0  # abstentions that one wrong answer weighs as much as, when the confidence is fitted
TEXTS = 50  # that an index is asked for, as the searcher does


@dataclass(frozen=True)
class Asked:
    """A question and the key of its entry; None: nothing here answers it."""

    text: str
    key: str | None


@dataclass(frozen=True)
class Case:
    """What was found first, and whether that is right."""

    group: str
    known: bool  # whether its entry was there to be found
    right: bool
    dense: float
    lead: float
    shared: float | None
    vetoed: bool = False  # by what the question speaks of


class Base:
    """One market's live release over `texts`, in a home of its own."""

    def __init__(self, home: Path, market: str, texts: Texts) -> None:
        self.settings = Settings.model_validate({"home": home, "embedding_threads": 1})
        self.market = market
        self.store: SqlStore = open_store(self.settings)
        self.embedder: Embedder = open_embedder(self.settings, self.store)
        self.keys = {entry_id(market, key): key for key, _ in texts}
        known = {entry.revision.entry_id for entry in self.store.approved_entries(market)}
        for key, text in texts:
            if entry_id(market, key) not in known:
                self._approve(key, text)
        self.indexes = open_indexes(self.settings)
        number = self.store.live_numbers().get(market) or self._publish()
        self.open: OpenRelease = open_release(self.store, self.indexes, self.embedder, market, number)

    def _approve(self, key: str, text: FaqText) -> None:
        revision = Revision(
            entry_id=entry_id(self.market, key),
            market=self.market,
            language=self.market[:2],
            text=text,
            provenance=Provenance(),
        )
        change = Change(
            market=self.market,
            entry_id=revision.entry_id,
            kind=ChangeKind.ADD,
            revision=revision,
            base_revision_id=None,
            source_faq_id=key,
            source_revision=1,
            relation=Relation(kind=RelationKind.NEW),
            risk=RiskTier.LOW,
        )
        with patch("kb_pipeline.domain.decisions.check_sayable"):  # passages have no question, which no person may approve
            self.store.propose(change)
            self.store.decide(Decision(change_id=change.id, verdict=Verdict.APPROVE, actor="benchmark", seen_version=1))

    def _publish(self) -> int:
        """As the publisher does it, but for the verification by questions: most entries here have none."""
        approved = self.store.approved_entries(self.market)
        manifest = manifest_of(approved, {})
        release = self.store.begin_release(self.market, manifest, self.embedder.fingerprint, "benchmark")
        texts = index_texts(entry.revision for entry in approved)
        self.indexes.build(release, texts, embed_texts(self.embedder, texts), lambda: None)
        self.store.end_verification(self.market, release.number, ReleaseReport(entries=len(manifest), texts=len(texts)))
        return self.store.go_live(self.market, release.number, "benchmark", None).number

    def found(self, text: str, vector: Vectors, k: int = TEXTS) -> tuple[Sequence[Found], Sequence[Found]]:
        """By meaning and by words."""
        return self.open.index.dense(vector, k), self.open.index.lexical(search_words(text, self.market), k)

    def case(self, group: str, asked: Asked, vector: Vectors, without: frozenset[str] = frozenset()) -> Case:
        """The first hit, as if the entries `without` were not in the release."""
        found = rank(*self.found(asked.text, vector))
        ranked = [r for r in found if self.keys[r.entry_id] not in without]
        agreements = self.open.agreements(asked.text, [r.entry_id for r in ranked])
        (first, stands, lead), entries = judged_by(agreements, ranked)[0], self.open.contents.entries
        entry = entries[first.entry_id]
        known = asked.key is not None and asked.key not in without
        return Case(
            group=group,
            known=known,
            right=known and self.keys[first.entry_id] == asked.key,
            dense=first.dense,
            lead=lead,
            shared=coverage(asked.text, entry.language, entry.text),
            vetoed=stands.is_veto,
        )


class Data:
    """The public sets."""

    def __init__(self, folder: Path) -> None:
        self.passages = rows(folder / "qa-xquad-en-th/passages.jsonl")
        self.questions = rows(folder / "qa-xquad-en-th/questions.shared.jsonl")
        self.thai = rows(folder / "faq-th/shared.jsonl")
        covid = [row for row in table(folder / "faq-covid-en/faq_covidbert.csv") if row["lang"] == "en"]
        self.english = {row["question"]: row["answer"] for row in covid}
        pairs = table(folder / "faq-covid-en/eval_question_similarity_en.csv")
        alike = [row for row in pairs if float(row["similar"]) == 1 and row["question_1"] in self.english]
        self.rephrased = [Asked(row["question_2"], row["question_1"]) for row in alike]
        other = json.loads((folder / "intents-en/clinc150/data_full.json").read_text(encoding="utf-8"))
        self.off_topic = [Asked(text, None) for part in ("oos_train", "oos_val", "oos_test") for text, _ in other[part]]

    def xquad(self, language: str) -> Texts:
        """Passages as answers without a question."""
        return [(row["pid"], FaqText(question="", answer=row[language])) for row in self.passages]

    def asked_xquad(self, language: str) -> list[Asked]:
        """Their questions."""
        return [Asked(row[language], row["pid"]) for row in self.questions]

    def faqs_thai(self, *, with_question: bool) -> Texts:
        """Thai FAQs; without their question when that is what is asked."""
        rows = ((row["id"], row["th_question"] if with_question else "", row["th_answer_md"]) for row in self.thai)
        return [(key, FaqText(question=question, answer=answer)) for key, question, answer in rows]

    def asked_thai(self, field: str) -> list[Asked]:
        """Their questions, in Thai (`th_question`) or English (`en_question_from_slug`)."""
        return [Asked(row[field], row["id"]) for row in self.thai]


def rows(path: Path) -> list[dict[str, str]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reciprocal_ranks(base: Base, ids: Iterable[Sequence[str]], asked: Sequence[Asked]) -> list[float]:
    """For each question, 1 / the place of its entry among the first ten, or 0."""
    places = ([base.keys[id_] for id_ in dict.fromkeys(found)][:10] for found in ids)
    return [1 / (found.index(a.key) + 1) if a.key in found else 0.0 for found, a in zip(places, asked, strict=True)]


def quality(name: str, base: Base, asked: Sequence[Asked], http: httpx.Client | None) -> None:
    """Print recall@1, recall@5 and MRR@10 of the odd questions, by meaning, by words, by both, and as the API answers."""
    held_out = asked[1::2]
    vectors = base.embedder.embed([a.text for a in held_out], "query")
    found = [base.found(a.text, vector) for a, vector in zip(held_out, vectors, strict=True)]
    ways: dict[str, Callable[[Sequence[Found], Sequence[Found]], list[str]]] = {
        "dense": lambda dense, _: [f.entry_id for f in dense],
        "lexical": lambda _, lexical: [f.entry_id for f in lexical],
        "hybrid": lambda dense, lexical: [r.entry_id for r in rank(dense, lexical)],
    }
    ranked = {way: [ids(*both) for both in found] for way, ids in ways.items()}
    if http:
        ranked["/v1/search"] = [answered(http, base.market, a.text) for a in held_out]
    for way, ids in ranked.items():
        ranks = np.array(reciprocal_ranks(base, ids, held_out))
        print(f"{name:30}{way:11}{(ranks == 1).mean():8.3f}{(ranks >= 0.2).mean():8.3f}{ranks.mean():8.3f}{len(ranks):6}")


def answered(http: httpx.Client, market: str, text: str) -> list[str]:
    """The ids of the entries that the API finds, also where it abstains."""
    response = http.post("/v1/search", json={"query": text, "market": market, "fallback": False, "top_k": 10})
    return [hit["entry_id"] for hit in response.raise_for_status().json()["hits"]]


def cases(data: Data, bases: dict[str, Base]) -> list[Case]:
    """Questions whose entry is there, whose entry was left out (half of them), and that are about something else."""
    english, thai = data.asked_xquad("en"), data.asked_xquad("th")
    off = data.off_topic
    plan: list[tuple[str, str, Sequence[Asked]]] = [
        ("en en", "xquad en", [*english, *off[:300]]),
        ("en en", "covid en", [*data.rephrased, *off[300:600]]),
        ("th th", "xquad th", [*thai, *nobody(data.asked_thai("th_question"))]),
        ("th th", "faq th answers", [*data.asked_thai("th_question"), *nobody(thai[:300])]),
        ("en th", "xquad th", [*english, *off[900:]]),
        ("en th", "faq th", [*data.asked_thai("en_question_from_slug"), *off[600:900]]),
        ("th en", "xquad en", [*thai, *nobody(data.asked_thai("th_question"))]),
    ]
    found = []
    for languages, name, asked in plan:
        base = bases[name]
        left_out = frozenset(key for n, key in enumerate(base.keys.values()) if n % 4 > 1)  # half, of even and odd ones
        vectors = base.embedder.embed([a.text for a in asked], "query")
        group = f"{languages.replace(' ', ' -> ')}  {name}"
        found += [base.case(group, a, vector, left_out) for a, vector in zip(asked, vectors, strict=True)]
    return found


def nobody(asked: Iterable[Asked]) -> list[Asked]:
    """The same questions, where nothing answers them."""
    return [Asked(a.text, None) for a in asked]


def fit(found: Sequence[Case]) -> None:
    """Print the coefficients of a logistic fitted on the even cases; each group counts the same, a wrong one more."""
    from sklearn.linear_model import LogisticRegression

    features = np.array([[c.dense, c.lead, c.shared or 0.0, float(c.shared is None)] for c in found])
    right = np.array([c.right for c in found])
    sizes = {(c.group, c.right): sum(o.group == c.group and o.right == c.right for o in found) for c in found}
    weight = np.array([(1.0 if c.right else WRONG_WEIGHS) / sizes[c.group, c.right] for c in found])
    mean, spread = features[::2].mean(0), features[::2].std(0)
    model = LogisticRegression(C=10, max_iter=1000)
    model.fit((features[::2] - mean) / spread, right[::2], sample_weight=weight[::2] / weight[::2].mean())
    slope = model.coef_[0] / spread
    values = (float(model.intercept_[0] - slope @ mean), *slope)
    names = ("INTERCEPT", "DENSE", "LEAD", "COVERAGE", "FOREIGN")
    print("fitted:", ", ".join(f"{name} = {value:.1f}" for name, value in zip(names, values, strict=True)))


def calibration(found: Sequence[Case], threshold: float) -> None:
    """Print how the confidence in force does on the odd cases."""
    print(f"{'asked -> release':26}{'accuracy':>9}{'answered':>9}{'of known':>9}{'of others':>10}{'wrong':>7}{'questions':>10}")
    held_out = found[1::2]
    for group in [*dict.fromkeys(c.group for c in held_out), ""]:
        chosen = [c for c in held_out if group in {c.group, ""}]
        answered = [not c.vetoed and confidence(c.dense, c.lead, c.shared) >= threshold for c in chosen]
        pairs = list(zip(chosen, answered, strict=True))
        accuracy = mean(yes == c.right for c, yes in pairs)
        known = mean(yes for c, yes in pairs if c.known)
        others = mean(yes for c, yes in pairs if not c.known)
        wrong = mean(not c.right for c, yes in pairs if yes)
        shown = f"{accuracy:9.3f}{mean(answered):9.3f}{known:9.3f}{others:10.3f}{wrong:7.3f}{len(chosen):10}"
        print(f"{group or 'all':26}{shown}")


def mean(values: Iterable[bool]) -> float:
    """Their share of true ones; 0 if there are none."""
    listed = list(values)
    return sum(listed) / max(1, len(listed))


@contextmanager
def running_api(base: Base) -> Iterator[httpx.Client]:
    """The API in a process of its own over the base's home, ready, and a client with a key."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key, _ = open_accounts(base.store).add_key(f"benchmark-{uuid.uuid4().hex[:8]}", [], "benchmark")
    environment = os.environ | base.settings.environment() | {"KB_RATE_LIMIT": "1000000/minute"}
    command = [sys.executable, "-m", "kb_pipeline.api", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}) as http:
            until = time.monotonic() + 120
            while not is_ready(http):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the API did not become ready")
                time.sleep(0.2)
            yield http
    finally:
        process.terminate()
        process.wait(30)


def is_ready(http: httpx.Client) -> bool:
    """Whether the API answers and is ready."""
    try:
        return http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def latency(base: Base, asked: Sequence[Asked]) -> None:
    """Print the time of one question: the bare engine (embed, exact NumPy search), and the API over HTTP, taken in turns."""
    from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
    from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors

    ids, _, vectors = base.open.index.contents()
    bare = SentenceTransformersEmbedder(
        "embedded", base.settings.model_dir, InProcessVectors(), base.settings.embedding_threads
    )
    times: dict[str, list[float]] = {"bare engine": [], "API": []}
    with running_api(base) as http:
        bare.embed(["ready?"], "query")
        for number, a in enumerate(asked):
            began = time.perf_counter()
            best = np.argsort(-(vectors @ bare.embed([a.text], "query")[0]))[:5]
            times["bare engine"].append(time.perf_counter() - began)
            began = time.perf_counter()
            response = http.post("/v1/search", json={"query": a.text, "market": base.market, "fallback": False})
            times["API"].append(time.perf_counter() - began)
            if response.status_code != 200 or not len(ids[best[0]]):
                raise SystemExit(f"question {number}: {response.status_code} {response.text}")
    for name, seconds in times.items():
        cut = statistics.quantiles((1000 * s for s in seconds), n=100)
        print(f"{name:14} p50 {cut[49]:6.1f} ms   p95 {cut[94]:6.1f} ms   p99 {cut[98]:6.1f} ms   {len(seconds)} questions")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public sets")
    parser.add_argument("--cache", type=Path, help="keep the releases and vectors here, and use them again")
    parser.add_argument("--calibrate", action="store_true", help="fit the confidence, and judge the one in force")
    parser.add_argument("--api", action="store_true", help="ask the running API, too")
    parser.add_argument("--latency", type=int, default=0, metavar="N", help="time N questions through the API (default: none)")
    parser.add_argument("--threshold", type=float, default=0.5, help="of the calibration's table (default 0.5)")
    args = parser.parse_args()
    data = Data(args.data)
    with tempfile.TemporaryDirectory() as temporary:
        home = args.cache or Path(temporary)
        bases = {
            "xquad en": Base(home / "xquad", "en-US", data.xquad("en")),
            "xquad th": Base(home / "xquad", "th-TH", data.xquad("th")),
            "faq th answers": Base(home / "faq-answers", "th-TH", data.faqs_thai(with_question=False)),
        }
        print(f"{'asked -> release':30}{'':11}{'R@1':>8}{'R@5':>8}{'MRR@10':>8}{'n':>6}")
        with running_api(bases["xquad en"]) if args.api else nullcontext() as http:  # of both markets of that home
            for ask in ("en", "th"):
                for tell in ("en", "th"):
                    quality(f"{ask} -> {tell}  xquad", bases[f"xquad {tell}"], data.asked_xquad(ask), http)
        with running_api(bases["faq th answers"]) if args.api else nullcontext() as http:
            for ask, field in (("th", "th_question"), ("en", "en_question_from_slug")):
                quality(f"{ask} -> th  faq th, answer only", bases["faq th answers"], data.asked_thai(field), http)
        if args.calibrate:
            bases["faq th"] = Base(home / "faq", "th-TH", data.faqs_thai(with_question=True))
            covid = [(question, FaqText(question=question, answer=answer)) for question, answer in data.english.items()]
            bases["covid en"] = Base(home / "covid", "en-US", covid)
            found = cases(data, bases)
            fit(found)
            calibration(found, args.threshold)
        if args.latency:
            latency(bases["xquad th"], data.asked_xquad("th")[: args.latency])
        for base in bases.values():
            with closing(base.store):
                base.open.retire()


if __name__ == "__main__":
    main()
