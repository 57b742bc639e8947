from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.tasks import remind_owners
from tests.factories import make_item, make_meeting, make_notice, make_person, today
from tests.waiting import eventually


@pytest.mark.usefixtures("worker")
def test_the_secretariat_follows_a_reminder_and_sends_a_failed_one_again(reader, cast, sink):
    meeting = make_meeting(cast.group, status="held", starts_on=today() - timedelta(days=90))
    owner = make_person(party=cast.malaysia, zone=zone_where_it_is_noon())
    make_item(meeting, due_on=today() - timedelta(days=2), owners={cast.malaysia: owner})
    failed = make_notice(
        about=meeting,
        party=cast.malaysia,
        state="failed",
        person=cast.chair_my.person,
        error="SMTPRecipientsRefused: no such person",
    )
    theirs = make_notice(about=meeting, party=cast.russia, person=cast.chair_ru.person)
    remind_owners.delay()

    officer = reader(cast.officer_my)
    officer.follow("Messages")
    officer.sees("Failed")
    officer.never_sees(cast.chair_ru.email)
    assert officer.page.goto(f"{officer.root}/messages/{theirs.pk}/").status == 404

    officer.open(f"/messages/{failed.pk}/")
    officer.sees("no such person")
    officer.finds_it_accessible()
    officer.press("Send again")
    eventually(lambda: sink.to(cast.chair_my.email), 20, "the failed message arrives")
    officer.open(f"/messages/{failed.pk}/")
    officer.sees("Sent")
    eventually(lambda: sink.to(owner.email), 20, "the owner is reminded")
    assert len(sink.to(owner.email)) == 1


def zone_where_it_is_noon() -> str:
    """A zone whose people are awake, whenever the test runs."""
    return f"Etc/GMT{timezone.now().hour - 12:+d}"
