"""The register of notes verbales: who knows of a note, what it says, how it is corrected."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from meetings.models import NoteVerbale
from portal.models import Entry
from tests.cast import PEOPLE
from tests.factories import make_meeting, make_party, make_user

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
OFFICE = SECRETARIES | {"chair_my", "chair_ru", "focal_my", "focal_ru"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def make_note(body, sender, addressee=None, reference="NV-1/2026", **fields) -> NoteVerbale:
    return NoteVerbale.objects.create(
        body=body,
        sender=sender,
        addressee=addressee,
        reference=reference,
        dated=fields.pop("dated", date(2026, 8, 3)),
        subject=fields.pop("subject", "Dates of the next meeting"),
        **fields,
    )


@pytest.fixture
def third(cast):
    """A secretary of a third side of the group."""
    azerbaijan = make_party("AZ")
    cast.group.seats.create(party=azerbaijan, order=3)
    return make_user("secretary", azerbaijan, cast.group)


def register(client, user, body) -> str:
    client.force_login(user)
    answer = client.get(reverse("notes", args=[body.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def typed(note=None, **changes) -> dict:
    return {
        "sender": "",
        "addressee": "",
        "reference": "NV-5/2026",
        "dated": "2026-08-03",
        "received_on": "",
        "channel": "embassy",
        "subject": "Dates",
        "in_reply_to": "",
        "meeting": "",
        "language": "",
        **changes,
    }


def test_a_note_is_told_in_the_words_of_the_readers_side(client, cast):
    make_note(cast.group, cast.malaysia, cast.russia)
    assert "Sent to Russia" in register(client, cast.officer_my, cast.group)
    assert "Received from Malaysia" in register(client, cast.officer_ru, cast.group)
    assert "Malaysia to Russia" in register(client, cast.neutral, cast.group)


def test_a_third_side_never_sees_a_note_between_two_others(client, cast, third):
    between = make_note(cast.group, cast.malaysia, cast.russia, "NV-SECRET")
    make_note(cast.group, cast.malaysia, None, "NV-ALL", in_reply_to=between)
    shown = register(client, third, cast.group)
    assert "NV-ALL" in shown
    assert "NV-SECRET" not in shown
    assert client.get(reverse("note-change", args=[between.pk])).status_code == 404


def test_a_correction_leaves_alone_what_the_user_may_not_know(client, cast, third):
    between = make_note(cast.group, cast.malaysia, cast.russia, "NV-SECRET")
    answer = make_note(cast.group, cast.russia, None, "NV-ALL", in_reply_to=between)
    client.force_login(third)
    path = reverse("note-change", args=[answer.pk])
    posted = typed(sender=cast.russia.pk, reference="NV-ALL/2")
    assert client.post(path, posted).status_code == 302
    answer.refresh_from_db()
    assert (answer.reference, answer.in_reply_to) == ("NV-ALL/2", between)


def test_the_newest_stands_first_and_answers_are_threaded(client, cast):
    first = make_note(cast.group, cast.malaysia, cast.russia, "NV-A", dated=date(2026, 8, 1))
    later = make_note(
        cast.group, cast.russia, cast.malaysia, "NV-B", dated=date(2026, 8, 9), in_reply_to=first
    )
    shown = register(client, cast.officer_my, cast.group)
    assert shown.index(f'id="note-{later.pk}"') < shown.index(f'id="note-{first.pk}"')
    assert "in reply to NV-A" in shown
    assert "answered by NV-B" in shown


@pytest.mark.parametrize("who", PEOPLE)
def test_secretaries_enter_notes_and_those_in_office_read_them(client, cast, who):
    make_note(cast.group, cast.malaysia, None)
    client.force_login(cast.people[who])
    read = client.get(reverse("notes", args=[cast.group.pk])).status_code
    entered = client.post(
        reverse("note-new", args=[cast.group.pk]),
        typed(sender=cast.malaysia.pk, addressee=cast.russia.pk),
    ).status_code
    assert read == (200 if who in OFFICE else 403)
    assert entered == (302 if who in SECRETARIES else 403)
    assert Entry.objects.filter(verb="note.recorded").count() == (who in SECRETARIES)


def test_a_secretary_enters_no_note_between_two_other_sides(client, cast, third):
    client.force_login(third)
    answer = client.post(
        reverse("note-new", args=[cast.group.pk]),
        typed(sender=cast.malaysia.pk, addressee=cast.russia.pk),
    )
    assert "Enter the notes that your own side sent or received." in answer.content.decode()


def test_a_correction_keeps_before_and_after_in_the_history(client, cast):
    note = make_note(cast.group, cast.malaysia, cast.russia)
    meeting = make_meeting(cast.group)
    client.force_login(cast.officer_ru)
    path = reverse("note-change", args=[note.pk])
    posted = typed(
        sender=cast.malaysia.pk,
        addressee=cast.russia.pk,
        reference="NV-1/2026",
        subject="Dates of the 8th meeting",
        meeting=meeting.pk,
    )
    assert client.post(path, posted).status_code == 302
    page = client.get(path).content.decode()
    assert "Dates of the next meeting → Dates of the 8th meeting" in page
    note.refresh_from_db()
    assert note.meeting == meeting


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": "2026-08-01"}, "received_on"),
        ({"received_on": "2027-01-01"}, "received_on"),
        ({"reference": " "}, "reference"),
        ({"dated": "0026-08-03"}, "dated"),
        ({"sender": ""}, "sender"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_kept(client, cast, changes, field):
    client.force_login(cast.officer_my)
    data = typed(sender=cast.malaysia.pk, addressee=cast.russia.pk, subject="Typed by me")
    answer = client.post(reverse("note-new", args=[cast.group.pk]), {**data, **changes})
    assert field in answer.context["form"].errors
    assert "Typed by me" in answer.content.decode()


def test_a_note_to_oneself_and_a_number_twice_on_one_day_are_refused(client, cast):
    make_note(cast.group, cast.malaysia, cast.russia, "NV-5/2026")
    client.force_login(cast.officer_my)
    path = reverse("note-new", args=[cast.group.pk])
    to_self = typed(sender=cast.malaysia.pk, addressee=cast.malaysia.pk)
    assert "addressee" in client.post(path, to_self).context["form"].errors
    twice = typed(sender=cast.malaysia.pk, addressee=cast.russia.pk)
    assert "A note of this number and date is in the register." in (
        client.post(path, twice).content.decode()
    )
    assert NoteVerbale.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 30])
def test_the_register_costs_the_same_with_one_note_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    first = make_note(cast.group, cast.malaysia, cast.russia, "NV-0")
    for number in range(rows):
        make_note(
            cast.group,
            cast.russia,
            cast.malaysia,
            f"R-{number}",
            in_reply_to=first,
            meeting=make_meeting(cast.group),
        )
    client.force_login(cast.officer_my)
    path = reverse("notes", args=[cast.group.pk])
    with django_assert_num_queries(11):
        assert client.get(path).status_code == 200


# --- a number twice, as far as a side may know ------------------------------------------


def sent_by_malaysia(client, user, body, sender, addressee) -> str:
    """What the register answers to a note of Malaysia under the number NV-5/2026."""
    client.force_login(user)
    data = typed(sender=sender.pk, addressee=addressee.pk if addressee else "")
    answer = client.post(reverse("note-new", args=[body.pk]), data, follow=True)
    return answer.content.decode()


TWICE = "A note of this number and date is in the register."


def test_a_note_between_two_others_is_not_betrayed_by_its_number(client, cast, third):
    make_note(cast.group, cast.malaysia, cast.russia, "NV-5/2026")
    page = sent_by_malaysia(client, third, cast.group, cast.malaysia, third.person.party)
    assert TWICE not in page
    assert "Entered in the register." in page
    assert NoteVerbale.objects.visible_to(third).count() == 1
    again = sent_by_malaysia(client, third, cast.group, cast.malaysia, third.person.party)
    assert TWICE in again
    to_all = sent_by_malaysia(client, third, cast.group, cast.malaysia, None)
    assert TWICE in to_all


def test_a_side_has_each_number_of_its_own_register_once(client, cast, third):
    make_note(cast.group, cast.malaysia, third.person.party, "NV-5/2026")
    assert TWICE in sent_by_malaysia(
        client, cast.officer_my, cast.group, cast.malaysia, cast.russia
    )
    assert TWICE in sent_by_malaysia(client, cast.officer_my, cast.group, cast.malaysia, None)
    assert NoteVerbale.objects.count() == 1


def test_a_correction_betrays_no_note_between_two_others_either(client, cast, third):
    make_note(cast.group, cast.malaysia, cast.russia, "NV-5/2026")
    azerbaijan = third.person.party
    own = make_note(cast.group, cast.malaysia, azerbaijan, "NV-6/2026")
    client.force_login(third)
    data = typed(sender=cast.malaysia.pk, addressee=azerbaijan.pk)
    answer = client.post(reverse("note-change", args=[own.pk]), data, follow=True)
    assert "Saved." in answer.content.decode()
    own.refresh_from_db()
    assert own.reference == "NV-5/2026"


def test_a_note_known_twice_can_still_be_corrected_in_what_is_no_number(client, cast, third):
    azerbaijan = third.person.party
    make_note(cast.group, cast.malaysia, cast.russia, "NV-5/2026")
    own = make_note(cast.group, cast.malaysia, azerbaijan, "NV-5/2026")
    client.force_login(cast.officer_my)
    data = typed(sender=cast.malaysia.pk, addressee=azerbaijan.pk, subject="Other dates")
    answer = client.post(reverse("note-change", args=[own.pk]), data, follow=True)
    assert "Saved." in answer.content.decode()


def test_the_same_number_in_the_register_of_another_body_refuses_nothing(client, cast):
    make_note(cast.commission, cast.malaysia, cast.russia, "NV-5/2026")
    page = sent_by_malaysia(client, cast.officer_my, cast.group, cast.malaysia, cast.russia)
    assert "Entered in the register." in page


@pytest.mark.parametrize("to_all", [True, False])
def test_the_database_refuses_the_same_note_twice(cast, to_all):
    addressee = None if to_all else cast.russia
    make_note(cast.group, cast.malaysia, addressee, "NV-5/2026")
    with pytest.raises(IntegrityError, match="one_note_per_number_date_and_addressee"):
        make_note(cast.group, cast.malaysia, addressee, "NV-5/2026")
