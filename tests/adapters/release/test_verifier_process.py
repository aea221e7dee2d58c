"""A verification that cannot be done is a report with a failure that says why, never a pass."""

import pytest

from kb_pipeline.adapters.release.verifier_process import ProcessVerifier
from kb_pipeline.domain.releases import ReleaseReport
from tests.adapters.index.test_chroma import release_of
from tests.conftest import ROOT

pytestmark = pytest.mark.slow  # processes, a browser, or a whole release for each


@pytest.mark.parametrize("market", ["en-US", "th-TH"])
def test_a_release_that_is_not_there_is_not_fit(tmp_path, market):
    environment = {"KB_HOME": str(tmp_path / "home"), "KB_LOCALES_DIR": str(ROOT / "locales")}
    report = ProcessVerifier(environment).verify(release_of(market))
    assert isinstance(report, ReleaseReport)
    assert not report.is_fit
    assert f"no release '{market}/r0001'" in report.failures[0]
