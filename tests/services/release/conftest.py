"""What the tests of releases begin with."""

import pytest

from tests.api.knowledge import Knowledge


@pytest.fixture
def knowledge(tmp_path):
    """A home without entries, in which nothing is kept for the sake of readers."""
    made = Knowledge(tmp_path / "home", release_grace=0)
    yield made
    made.store.close()
