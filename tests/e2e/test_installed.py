"""An installed wheel is enough: built, put into a fresh environment, it makes a knowledge base and works on it.

Nothing is downloaded: the environment borrows the libraries of the one that runs the tests.
"""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("kb_pipeline", "assets")


def run(*words, cwd=ROOT, env=None):
    done = subprocess.run([*map(str, words)], check=False, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", out, ROOT)
    (built,) = out.glob("kb_pipeline-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The `bin` folder of a new environment with the wheel in it, the libraries of this one, and nothing of the checkout."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    run(sys.executable, "-m", "pip", "-q", "--python", python, "install", "--no-deps", "--no-index", wheel)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    borrowed = {
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        *os.environ.get("PYTHONPATH", "").split(os.pathsep),
    }
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in sorted(borrowed) if path and Path(path) != ROOT))
    return venv / "bin"


@pytest.fixture
def kb(installed, tmp_path):
    """`kb` as a user calls it: in a folder of theirs, with none of our variables."""
    env = {"PATH": f"{installed}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    return lambda *words, cwd: run("kb", *words, cwd=cwd, env=env)


def test_the_wheel_holds_every_file_of_the_packages_and_no_test(wheel):
    ours = run("git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES).splitlines()
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sorted(inside ^ {name for name in ours if (ROOT / name).is_file()}) == []


def test_the_wheel_carries_its_licence_and_what_it_owes_to_others(wheel):
    files = zipfile.ZipFile(wheel)
    (metadata,) = (files.read(name).decode() for name in files.namelist() if name.endswith(".dist-info/METADATA"))
    licences = {Path(name).name for name in files.namelist() if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}
    assert "License-Expression: Apache-2.0\n" in metadata


def test_what_is_vendored_has_its_notice():
    notice = (ROOT / "NOTICE").read_text("utf-8")
    bundle = (ROOT / "kb_pipeline/api/static/swagger-ui-bundle.js").read_text("utf-8")
    version = bundle.split('PACKAGE_VERSION:"')[1].split('"')[0]
    assert f"Swagger UI {version}" in notice
    assert [
        name for name in ("Noto Sans Thai", "thai_marks.tsv", "OFL.txt", "swagger-ui.NOTICE.txt") if name not in notice
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["my-kb", "ความรู้ ของเรา"])
def test_a_new_knowledge_base_is_valid_and_can_be_read(kb, tmp_path, name):
    written = json.loads(kb("init", name, "--json", cwd=tmp_path))
    folder = tmp_path / name
    assert sorted(written["files"]) == sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert json.loads(kb("check", "--json", cwd=folder)) == {"problems": [], "warnings": []}
    report = json.loads(kb("parse", "--json", cwd=folder))
    assert (report["articles"], report["quarantined"]) == (1, [])
    sentences = json.loads(kb("parse", "--sentences", "--json", cwd=folder))["sentences"]
    assert "For any other reason, $4.99 is deducted from your refund." in [s["text"] for s in sentences]


@pytest.mark.slow
def test_the_store_is_made_and_migrated_by_the_wheel_alone(kb, installed, tmp_path):
    kb("init", "my-kb", cwd=tmp_path)
    status = json.loads(kb("status", "--json", cwd=tmp_path / "my-kb"))
    assert sorted(status["markets"]) == ["en-US", "th-TH"]
    where = run(installed / "python", "-c", "import kb_pipeline; print(kb_pipeline.__file__)", cwd=tmp_path, env={})
    assert where.startswith(str(installed.parent))
