"""The outbox, with a real mail server that can be down, refuse and come back."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail import get_connection
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from meetings import notifications, operations
from meetings.transitions import DATES
from portal import notices
from portal.celery import app
from portal.models import Notice
from portal.notices import Recipient
from tests.cast import make_cast
from tests.factories import (
    make_item,
    make_meeting,
    make_notice,
    make_person,
    make_sitting,
    make_user,
)
from tests.together import together


def queue(meeting, person, key="one"):
    notices.queue(
        "meetings/emails/meeting_called_off",
        key=key,
        to=Recipient.of(person),
        context={"meeting": meeting, "holder": None, "programme": [], "reason": "The hall burnt."},
        about=meeting,
    )


def later(seconds):
    """The same world, some seconds later."""
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


# --- writing --------------------------------------------------------------------------


def test_a_message_is_written_once_whatever_often_it_is_queued(cast):
    meeting = make_meeting(cast.group, "postponed")
    person = make_person()
    queue(meeting, person)
    queue(meeting, person)
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_queued():
    meeting = make_meeting(status="postponed")
    with pytest.raises(RuntimeError, match="inside the transaction it tells of"):
        queue(meeting, make_person())
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_tells_nobody(sink):
    meeting = make_meeting(status="postponed")
    with transaction.atomic():
        queue(meeting, make_person())
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert notices.send_all_waiting() == 0
    assert sink.received == []


def test_a_message_speaks_the_recipients_language_and_shows_the_recipients_clock(cast):
    russian = make_user("secretary", cast.russia, cast.group, language="ru", zone="Asia/Irkutsk")
    meeting = make_meeting(cast.group)
    make_sitting(meeting)
    notifications.dates_key_awaited(meeting, DATES)
    theirs = Notice.objects.get(person=russian.person)
    ours = Notice.objects.get(person=cast.officer_my.person)
    assert (theirs.language, theirs.zone) == ("ru", "Asia/Irkutsk")
    assert "Рабочая группа по промышленности" in theirs.subject
    assert "15:00–17:00 Asia/Irkutsk" not in theirs.body  # a clock is named, never its zone
    assert "10:00–12:00 Москва (UTC+03:00) · 15:00–17:00 Куала-Лумпур (UTC+08:00)" in theirs.body
    assert theirs.body.count("15:00–17:00") == 2  # Kuala Lumpur's clock and the reader's own
    assert "15:00–17:00 Kuala Lumpur (UTC+08:00) · 10:00–12:00 Moscow (UTC+03:00)" in ours.body
    assert ours.body.count("15:00–17:00") == 1


def test_names_with_apostrophes_and_ampersands_stay_as_they_are(cast):
    meeting = make_meeting(cast.group, "postponed")
    queue(meeting, make_person("Robin O'Tesfaye & Sons <b>"))
    assert "Dear Robin O'Tesfaye & Sons <b>," in Notice.objects.get().body


def test_a_subject_is_one_line_whatever_a_name_holds(cast):
    meeting = make_meeting(cast.group, "postponed")
    cast.group.name = "Working Group\r\nBcc: everybody@example.org"
    meeting.body = cast.group
    queue(meeting, make_person())
    assert "\n" not in Notice.objects.get().subject


# --- sending --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_sent_and_marked(sink):
    notice = make_notice(
        subject="Рабочая группа: ключ", body="Здравствуйте!\n", email="a@example.org"
    )
    assert notices.send_all_waiting() == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.error) == ("sent", 1, "")
    assert notice.sent_at
    (message,) = sink.to("a@example.org")
    assert message["Subject"] == "Рабочая группа: ключ"
    assert message.get_content().strip() == "Здравствуйте!"
    assert message["Message-ID"] == f"<notice-{notice.pk}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert notices.send_all_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_calendar_goes_along_as_a_calendar(sink):
    make_notice(email="a@example.org", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    notices.send_all_waiting()
    (message,) = sink.to("a@example.org")
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_filename() == "meeting.ics"


@pytest.mark.django_db(transaction=True)
def test_what_is_not_ripe_yet_waits(sink):
    make_notice(not_before=timezone.now() + timedelta(hours=1))
    assert notices.send_all_waiting() == 0
    with later(3601):
        assert notices.send_all_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_mail_server_is_down_nothing_is_lost_and_it_leaves_when_it_returns(sink):
    first, second = make_notice(), make_notice()
    sink.stop()
    assert notices.send_all_waiting() == 0
    for notice in (first, second):
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == ("queued", 1)
        assert "Connection refused" in notice.error
        assert notice.not_before > timezone.now()
    sink.start()
    with later(11):
        assert notices.send_all_waiting() == 2
    first.refresh_from_db()
    assert (first.state, first.attempts, first.error) == ("sent", 2, "")
    assert len(sink.received) == 2


@pytest.mark.django_db(transaction=True)
def test_the_pauses_between_attempts_grow_to_an_hour_and_no_further(sink):
    notice = make_notice()
    sink.stop()
    pauses = []
    now = timezone.now()
    for _attempt in range(12):
        with time_machine.travel(now, tick=False):
            notices.send_all_waiting()
        notice.refresh_from_db()
        pauses.append((notice.not_before - now).total_seconds())
        now = notice.not_before
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-2:] == [3600, 3600]
    assert notice.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_after_two_days_in_vain_it_counts_as_failed(sink):
    notice = make_notice(attempts=notices.MOST_ATTEMPTS - 1)
    sink.stop()
    notices.send_all_waiting()
    notice.refresh_from_db()
    assert notice.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_what_the_mail_server_refuses_for_good_fails_with_the_reason(sink):
    notice = make_notice()
    sink.answer = "550 No such person"
    assert notices.send_all_waiting() == 0
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == ("failed", None)
    assert "No such person" in notice.error
    with later(86400):
        assert notices.send_all_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_what_the_mail_server_cannot_take_now_is_tried_again(sink):
    notice = make_notice()
    sink.answer = "451 Come back later"
    notices.send_all_waiting()
    notice.refresh_from_db()
    assert notice.state == "queued"
    sink.answer = "250 Taken"
    with later(11):
        assert notices.send_all_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_one_refused_message_does_not_hold_up_the_others(sink):
    make_notice(email="not an address\n@example.org")
    make_notice(email="b@example.org")
    assert notices.send_all_waiting() == 1
    assert len(sink.to("b@example.org")) == 1
    assert set(Notice.objects.values_list("state", flat=True)) == {"failed", "sent"}


@pytest.mark.django_db(transaction=True)
def test_a_failed_message_can_be_queued_again_and_leaves(sink):
    notice = make_notice(state="failed", attempts=60, error="No such person")
    with transaction.atomic():
        notices.send_again(notice)
    assert notices.send_all_waiting() == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_only_a_failed_message_is_queued_again(state):
    notice = make_notice(state=state)
    with transaction.atomic():
        notices.send_again(notice)
    notice.refresh_from_db()
    assert notice.state == state


# --- senders that die, and several at once --------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_sender_never_came_back_is_taken_up_again_and_says_so(sink):
    notice = make_notice()
    assert notices.claim() == notice  # and here that sender is killed
    assert notices.send_all_waiting() == 0
    with later(notices.LEASE.total_seconds() + 1):
        assert notices.send_all_waiting() == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.maybe_twice) == ("sent", 2, True)


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_only_slow_keeps_its_message(sink):
    make_notice()
    claimed = notices.claim()
    with later(notices.LEASE.total_seconds() - 5):
        assert notices.claim() is None
    with get_connection() as mail:
        assert notices.deliver(claimed, mail)
    claimed.refresh_from_db()
    assert (claimed.state, claimed.maybe_twice) == ("sent", False)


@pytest.mark.django_db(transaction=True)
def test_a_message_that_was_put_back_is_not_said_to_have_arrived_twice(sink):
    notice = make_notice()
    sink.stop()
    notices.send_all_waiting()
    sink.start()
    with later(11):
        notices.send_all_waiting()
    notice.refresh_from_db()
    assert not notice.maybe_twice


@pytest.mark.django_db(transaction=True)
def test_several_senders_at_once_never_send_one_message_twice(sink):
    expected = {make_notice().email for _number in range(40)}
    sent = together(*[notices.send_all_waiting] * 4)
    assert sum(sent) == 40
    arrived = [address for each in sink.received for address in each.recipients]
    assert sorted(arrived) == sorted(expected)
    assert not Notice.objects.exclude(state="sent").exists()


# --- the worker is told ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_a_deed_has_queued(sink, worker):
    cast = make_cast()
    item = make_item(make_meeting(cast.group, "held"))
    operations.agree_done(item, party=cast.malaysia, revision=1, by=cast.chair_my)
    sink.wait_for(1)
    (message,) = sink.to("chair-ru@example.org")
    assert item.reference in message["Subject"]


@pytest.fixture
def no_broker(monkeypatch):
    """A broker that does not answer: a port on which nobody listens."""
    monkeypatch.setitem(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "_pool", None)
    app.amqp._producer_pool = None
    yield
    app.amqp._producer_pool = None


@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_down_the_page_works_and_the_message_leaves_later(
    client, sink, no_broker, caplog
):
    cast = make_cast()
    item = make_item(make_meeting(cast.group, "held"))
    client.force_login(cast.chair_my)
    answer = client.post(
        reverse("item-key", args=[item.pk]),
        {"party": cast.malaysia.pk, "revision": 1, "action": "give"},
    )
    assert (answer.status_code, answer.url) == (302, item.get_absolute_url())
    assert "The broker does not answer" in caplog.text
    assert Notice.objects.get().state == "queued"
    assert notices.send_all_waiting() == 1  # as beat will have it


@pytest.mark.django_db(transaction=True)
def test_one_transaction_wakes_the_sender_once():
    meeting = make_meeting(status="postponed")
    with transaction.atomic():
        for number in range(5):
            queue(meeting, make_person(), key=str(number))
        waking = [entry for entry in connection.run_on_commit if entry[1] is notices.wake]
    assert len(waking) == 1
    assert Notice.objects.count() == 5


def break_off(messages):
    raise OSError("The line broke.")


def test_a_sender_taken_for_dead_does_not_undo_what_another_has_sent(db, monkeypatch):
    made = make_notice()
    slow = notices.claim()
    Notice.objects.update(claimed_at=timezone.now() - notices.LEASE - timedelta(seconds=1))
    assert notices.claim().pk == slow.pk
    Notice.objects.update(state=Notice.State.SENT, sent_at=timezone.now())
    monkeypatch.setattr(mail := get_connection(), "send_messages", break_off)
    assert not notices.deliver(slow, mail)
    made.refresh_from_db()
    assert made.state == Notice.State.SENT


def test_a_recipient_of_the_longest_name_and_honorific_is_written_to(cast):
    person = make_person("N" * 250, honorific="D" * 80)
    with transaction.atomic():
        queue(make_meeting(cast.group), person)
    assert Notice.objects.get().body.startswith(f"Dear {person.address_name},")
