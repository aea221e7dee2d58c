"""The whole way with the real embedded models: slow, and the one proof that nothing is pretended."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

KB = Path(sys.executable).with_name("kb")
ARTICLE = "# Parcel lockers\n\n## Pick up\n\nA locker keeps your parcel for 3 days. After that it goes back to the seller.\n"


def kb(home, *words):
    env = os.environ | {"KB_HOME": str(home), "KB_LOCALES_DIR": str(ROOT / "locales")}
    ran = subprocess.run([KB, *words, "--json"], env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.model
@pytest.mark.timeout(1500)
def test_an_article_becomes_a_thai_entry_that_waits_for_a_person_and_is_paid_once(tmp_path):
    source, home = tmp_path / "source", tmp_path / "home"
    (source / "en").mkdir(parents=True)
    (source / "en/lockers.md").write_text(ARTICLE, encoding="utf-8")
    first = kb(home, "run", "--source", str(source), "--market", "th-TH")
    assert first["model_calls"] >= 2
    assert first["tokens"]["completion"] > 0
    assert first["cost"] == 0
    queue = kb(home, "review", "list", "--market", "th-TH")
    assert queue["total"] >= 1
    (row, *_) = queue["changes"]
    assert row["citations"]
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in row["answer"]) or row["findings"]
    again = kb(home, "run", "--source", str(source), "--market", "th-TH")
    assert again["model_calls"] == 0
    assert again["changes"]["th-TH"]["total"] == 0
    rejected = kb(home, "review", "reject", row["id"], "--cause", "localization")
    assert rejected["state"] == "rejected"
    assert kb(home, "status")["markets"]["th-TH"]["rejected"] == 1
