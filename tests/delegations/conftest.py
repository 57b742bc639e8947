import pytest

from tests.delegations.answers import Fair
from tests.factories import make_area, make_desk, make_meeting, make_sitting


@pytest.fixture
def fair(cast) -> Fair:
    """An announced virtual meeting of the working group that takes registrations."""
    return make_fair(cast)


def make_fair(cast, **desk) -> Fair:
    meeting = make_meeting(cast.group, status="announced")
    plenary = make_sitting(meeting, join_link="https://video.example.org/plenary")
    area = cast.group.areas.first() or make_area(cast.group, "Halal")
    talks = make_sitting(meeting, kind="consultation", area=area)
    return Fair(cast, meeting, make_desk(meeting, **desk), plenary, talks)
