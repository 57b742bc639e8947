import pytest

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    """One commission with its working group and everybody around it."""
    return make_cast()
