"""Many clients decide the same changes at once, each word sent twice: one wins, the others are told by whom.

`KB_TEST_RACE`: how many changes; the clients are twenty then. What the page answers to losers (409) is tested in
`tests/review/test_decisions.py`.
"""

import os
import threading
from collections import Counter
from contextlib import closing

from kb_pipeline.adapters.audit.anchor_file import AnchorFile
from kb_pipeline.adapters.audit.key_file import KeyFile
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.changes import Verdict
from kb_pipeline.errors import ConflictError, KBError
from tests.adapters.store_sql.samples import change_of, decision_of

ITEMS = int(os.environ.get("KB_TEST_RACE", "6"))
CLIENTS = 20 if "KB_TEST_RACE" in os.environ else 6
MARKETS = ("en-US", "th-TH")


def word_of(change, client):
    """Half of the clients approve, half reject."""
    if client % 2:
        return decision_of(change, Verdict.REJECT, actor=f"ผู้ตรวจ {client}", comment="ซ้ำ")
    return decision_of(change, actor=f"reviewer {client}")


def test_of_all_who_decide_at_once_one_wins_each_change_and_the_others_are_told(store, url, tmp_path):
    changes = [change_of(MARKETS[n % 2], f"faq {n}") for n in range(ITEMS)]
    for change in changes:
        store.propose(change)
    start, outcomes = threading.Barrier(CLIENTS), [list[tuple[str, str, str]]() for _ in range(CLIENTS)]

    def decide(client):
        with closing(SqlStore(url, KeyFile(tmp_path / "audit.key"), AnchorFile(tmp_path / "audit.anchor"))) as mine:
            start.wait()
            for change in changes:
                for _ in range(2):
                    try:
                        mine.decide(word_of(change, client))
                        outcomes[client].append((change.id, "won", ""))
                    except KBError as error:
                        outcomes[client].append((change.id, type(error).__name__, error.message))

    threads = [threading.Thread(target=decide, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    met = Counter(kind for found in outcomes for _, kind, _ in found)
    others = {text for found in outcomes for _, kind, text in found if kind not in {"won", ConflictError.__name__}}
    assert met == {"won": 2 * ITEMS, ConflictError.__name__: 2 * ITEMS * (CLIENTS - 1)}, others
    winners = {change: client for client, found in enumerate(outcomes) for change, kind, _ in found if kind == "won"}
    assert winners.keys() == {change.id for change in changes}
    assert all("(version 2)" in message for found in outcomes for _, kind, message in found if kind != "won")
    kept = {decision.change_id: decision for decision in store.all_decisions()}
    assert len(store.all_decisions()) == ITEMS
    assert all(kept[change.id] == word_of(change, winners[change.id]) for change in changes)
    assert store.verify_trail().findings == ()
