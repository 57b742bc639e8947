import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.factories import make_desk, make_meeting, make_sitting


@pytest.fixture
def announced(cast):
    """An announced meeting with an open plenary and a closed talk, registration open."""
    meeting = make_meeting(cast.group, status="announced")
    make_desk(meeting)
    make_sitting(meeting)
    make_sitting(
        meeting, kind="restricted", title="Talk of the co-chairs", is_open=False, minutes=30
    )
    return meeting


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_everyone_sees_the_same_meeting_page_as_far_as_they_may(reader, cast, announced, size):
    for name, user in cast.people.items():
        person = reader(user, size)
        person.open(announced.get_absolute_url())
        person.sees("1st meeting", "Kuala Lumpur", "Moscow", "Plenary session")
        person.finds_it_accessible()
        if name in {"delegate", "outsider"}:
            person.never_sees("Talk of the co-chairs", "Propose to move", "Follow-up", "History")
        else:
            person.sees("Talk of the co-chairs", "Follow-up", "History")
            mine = person.page.get_by_role("button", name="Announce")
            expect(mine).to_have_count(0)


def test_the_outsider_sees_only_what_is_public(reader, cast, announced):
    planned = make_meeting(cast.group, number=2)
    outsider = reader(cast.outsider)
    outsider.sees("Nothing waits for you")
    outsider.follow("Meetings")
    outsider.sees("1st meeting")
    outsider.never_sees("2nd meeting", "Messages", "Action items")
    for path in (
        planned.get_absolute_url(),
        f"/meetings/{announced.pk}/delegations/",
        f"/meetings/{announced.pk}/messages/",
        f"/meetings/{announced.pk}/history/",
        f"/meetings/{announced.pk}/follow-up/",
    ):
        answer = outsider.page.goto(outsider.root + path)
        assert answer.status in (403, 404), path


def test_somebody_without_account_reads_the_announced_meeting(reader, announced):
    visitor = reader(size=PHONE)
    visitor.open(announced.get_absolute_url())
    visitor.sees("1st meeting", "Plenary session")
    visitor.never_sees("Talk of the co-chairs")
    visitor.follow("Register")
    visitor.sees("Full name")
