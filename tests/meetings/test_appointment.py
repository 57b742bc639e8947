"""Offices: given, passed on and ended by the own side, told to the others, never held twice."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from meetings import operations
from meetings.models import Appointment
from meetings.transitions import MEETING
from meetings.work import work_for
from portal.models import Entry, Notice, Person
from portal.refusal import NotYours, Refused
from tests.factories import (
    forget_standing,
    make_appointment,
    make_body,
    make_meeting,
    make_party,
    make_person,
    make_rules,
    make_sitting,
    make_user,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def told(template="body_changed") -> set[str]:
    """The addresses that a message went to."""
    return set(
        Notice.objects.filter(template=f"meetings/emails/{template}").values_list(
            "email", flat=True
        )
    )


def addresses(*users) -> set[str]:
    return {user.email for user in users}


def unsaved(body, party, person=None, office="chair", since=TODAY, **fields) -> Appointment:
    person = person or make_person(party=party)
    return Appointment(body=body, party=party, person=person, office=office, since=since, **fields)


# --- who may --------------------------------------------------------------------------

FOR_RUSSIA = {"officer_ru", "chair_ru", "neutral"}


def test_a_side_is_served_by_whom_itself_or_the_neutral_secretariat_appoints(cast):
    for name, user in cast.people.items():
        new = unsaved(cast.group, cast.russia, office="deputy")
        if name in FOR_RUSSIA:
            assert operations.appoint(new, by=user).pk, name
        else:
            with pytest.raises(NotYours, match="appoints its own people"):
                operations.appoint(new, by=user)


def test_only_the_neutral_secretariat_says_whom_it_consists_of(cast):
    for name, user in cast.but("neutral").items():
        with pytest.raises(NotYours):
            operations.appoint(unsaved(cast.group, None, make_person(), "secretary"), by=user)
        assert name
    new = unsaved(cast.group, None, make_person(), "secretary")
    assert operations.appoint(new, by=cast.neutral).party is None


@pytest.mark.parametrize("deed", ["appointment-replace", "appointment-end", "appointment-correct"])
def test_the_page_of_each_deed_opens_for_the_own_side_and_neutral_alone(client, cast, deed):
    office = cast.group.appointments.get(person=cast.chair_ru.person)
    for name, user in cast.people.items():
        client.force_login(user)
        status = client.get(reverse(deed, args=[office.pk])).status_code
        assert status == (200 if name in FOR_RUSSIA else 403), name


def test_a_form_offers_the_own_sides_people_and_no_others(client, cast):
    mine = make_person("Own Person", party=cast.malaysia)
    make_person("Их человек", party=cast.russia)
    client.force_login(cast.officer_my)
    shown = page(client, reverse("appointment-new", args=[cast.group.pk, cast.malaysia.pk]))
    assert mine.full_name in shown
    assert "Их человек" not in shown


def test_the_form_for_another_side_is_not_opened(client, cast):
    client.force_login(cast.officer_my)
    answer = client.get(reverse("appointment-new", args=[cast.group.pk, cast.russia.pk]))
    assert answer.status_code == 403


def test_a_side_cannot_appoint_who_serves_another(cast):
    theirs = make_person("Их человек", party=cast.russia)
    with pytest.raises(Refused, match="serves another side"):
        operations.appoint(unsaved(cast.group, cast.malaysia, theirs), by=cast.officer_my)


def test_a_party_without_a_seat_has_no_offices(cast):
    azerbaijan = make_party("AZ")
    with pytest.raises(Refused, match="no seat in this body"):
        operations.appoint(unsaved(cast.group, azerbaijan), by=cast.neutral)


# --- giving ---------------------------------------------------------------------------


def test_an_appointment_is_told_to_the_other_side_and_the_neutral_secretariat(cast):
    operations.appoint(unsaved(cast.group, cast.malaysia, office="deputy"), by=cast.officer_my)
    assert told() == addresses(cast.officer_ru, cast.chair_ru, cast.neutral)


def test_of_three_sides_both_others_are_told(db):
    sides = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(sides)
    officers = [make_user("secretary", party, body) for party in sides]
    operations.appoint(unsaved(body, sides[0]), by=officers[0])
    assert told() == addresses(*officers[1:])


def test_the_history_says_who_from_when_and_by_which_act(cast):
    person = make_person("Зайцев Пётр", party=cast.russia)
    new = unsaved(
        cast.group, cast.russia, person, title="Deputy Minister", act="Order 112-r", office="deputy"
    )
    operations.appoint(new, by=cast.officer_ru)
    entry = Entry.objects.about(cast.group).first()
    assert entry.sentence == ("appointed Зайцев Пётр from Sept. 1, 2026: Deputy Minister, Russia")
    assert entry.shown_reason == "Order 112-r"


def test_somebody_new_is_entered_with_the_appointment_and_can_be_appointed_again(client, cast):
    client.force_login(cast.officer_my)
    address = reverse("appointment-new", args=[cast.commission.pk, cast.malaysia.pk])
    typed = {
        "office": "chair",
        "person": "",
        "full_name": "Tengku Zafrul",
        "email": "minister@example.org",
        "since": "2026-09-01",
        "title": "Minister",
        "name_ms": "Menteri",
        "organisation": "Ministry of Investment",
    }
    assert client.post(address, typed).status_code == 302
    made = Appointment.objects.get(title="Minister")
    assert made.person.party == cast.malaysia
    assert (made.titles, made.organisation.name) == ({"ms": "Menteri"}, "Ministry of Investment")
    typed["office"] = "focal_point"
    assert client.post(address, typed).status_code == 302
    assert Person.objects.filter(full_name="Tengku Zafrul").count() == 1
    assert made.person.appointments.count() == 2


def test_who_registered_once_becomes_the_sides_person_when_appointed(cast):
    known = make_person("Known Delegate", email="known@example.org")
    typed = Person(full_name="Known Delegate", email="KNOWN@example.org")
    done = operations.appoint(unsaved(cast.group, cast.malaysia, typed), by=cast.officer_my)
    assert done.person == known
    assert done.person.party == cast.malaysia


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"person": "", "full_name": ""}, "Choose a person, or enter a name below."),
        ({"full_name": "Somebody", "since": ""}, "This field is required."),
        ({"full_name": "Somebody", "since": "0020-01-01"}, "Choose a day in the years from 1900"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(client, cast, typed, sentence):
    client.force_login(cast.officer_my)
    address = reverse("appointment-new", args=[cast.group.pk, cast.malaysia.pk])
    answer = client.post(
        address, {"office": "chair", "since": "2026-09-01", "title": "Kept title", **typed}
    )
    shown = answer.content.decode()
    assert sentence in shown
    assert "Kept title" in shown


# --- overlaps -------------------------------------------------------------------------


def test_nobody_holds_the_same_office_twice_at_the_same_time(cast):
    person = make_person(party=cast.malaysia)
    make_appointment(person, cast.group, "chair", until=date(2026, 12, 31))
    with pytest.raises(Refused, match="holds this office in that period already"):
        operations.appoint(unsaved(cast.group, cast.malaysia, person), by=cast.officer_my)
    with pytest.raises(IntegrityError, match="one_appointment_to_an_office_at_a_time"):
        make_appointment(person, cast.group, "chair", since=date(2026, 12, 31))


def test_the_neutral_secretariat_is_not_doubled_either(cast):
    with pytest.raises(IntegrityError, match="one_appointment_to_an_office_at_a_time"):
        make_appointment(cast.neutral, cast.commission, "secretary")


def test_a_second_term_another_office_and_another_body_are_fine(cast):
    person = make_person(party=cast.malaysia)
    make_appointment(person, cast.group, "chair", until=date(2026, 12, 31))
    make_appointment(person, cast.group, "chair", since=date(2027, 1, 1))
    make_appointment(person, cast.group, "focal_point")
    make_appointment(person, cast.commission, "chair")
    assert person.appointments.count() == 4


# --- passing on and ending ------------------------------------------------------------


def test_a_replacement_takes_one_form_and_ends_the_earlier_office_the_day_before(client, cast):
    office = cast.group.appointments.get(person=cast.chair_ru.person)
    successor = make_person("Новый Сопредседатель", party=cast.russia)
    client.force_login(cast.officer_ru)
    address = reverse("appointment-replace", args=[office.pk])
    answer = client.post(address, {"person": successor.pk, "since": "2026-10-01"})
    assert answer["Location"] == reverse("body-people", args=[cast.group.pk])
    office.refresh_from_db()
    assert office.until == date(2026, 9, 30)
    new = cast.group.appointments.get(person=successor)
    assert (new.office, new.party, new.since) == ("chair", cast.russia, date(2026, 10, 1))
    assert told() == addresses(cast.officer_my, cast.chair_my, cast.neutral)
    notice = Notice.objects.filter(email=cast.chair_my.email).get()
    assert "Новый Сопредседатель" in notice.subject
    assert "in place of Крутоярский Дмитрий" in notice.body


def test_a_successor_comes_after_the_one_before(cast):
    office = make_appointment(
        make_person(party=cast.russia), cast.commission, "chair", since=date(2026, 8, 1)
    )
    new = unsaved(cast.commission, cast.russia, since=date(2026, 8, 1))
    with pytest.raises(Refused, match="Choose a later first day"):
        operations.replace_appointment(office, successor=new, by=cast.officer_ru)
    office.refresh_from_db()
    assert office.until is None


def test_the_same_person_may_follow_with_another_title(cast):
    office = cast.group.appointments.get(person=cast.chair_ru.person)
    new = unsaved(cast.group, cast.russia, cast.chair_ru.person, title="Minister")
    operations.replace_appointment(office, successor=new, by=cast.officer_ru)
    assert [
        one.title for one in cast.group.appointments.chairs().on(TODAY).filter(party=cast.russia)
    ] == ["Minister"]


def test_an_office_ends_on_its_last_day_and_the_others_are_told(cast):
    office = cast.group.appointments.get(person=cast.chair_ru.person)
    operations.end_appointment(office, last_day=date(2026, 9, 30), by=cast.chair_ru)
    office.refresh_from_db()
    assert office.until == date(2026, 9, 30)
    assert cast.chair_my.email in told()


def test_an_office_cannot_end_before_it_begins_on_the_page_either(client, cast):
    office = make_appointment(
        make_person(party=cast.russia), cast.group, "deputy", since=date(2026, 8, 1)
    )
    client.force_login(cast.officer_ru)
    answer = client.post(
        reverse("appointment-end", args=[office.pk]), {"last_day": "2026-07-01", "reason": "Kept"}
    )
    shown = answer.content.decode()
    assert "An appointment cannot end before it begins." in shown
    assert "Kept" in shown


def test_a_correction_stands_in_the_history_line_by_line(client, cast):
    office = cast.group.appointments.get(person=cast.chair_ru.person)
    client.force_login(cast.officer_ru)
    client.post(
        reverse("appointment-correct", args=[office.pk]),
        {"title": "Deputy Minister", "act": "Order 7", "name_ru": "Заместитель министра"},
    )
    sentences = [entry.sentence for entry in Entry.objects.about(cast.group)]
    assert (
        "corrected the office of Крутоярский Дмитрий: title on that day; "
        "before: “none”, now: “Deputy Minister”" in sentences
    )
    assert len(sentences) == 3


# --- vacancy --------------------------------------------------------------------------


def vacate(cast, party):
    cast.group.appointments.filter(office="chair", party=party).update(until=date(2026, 8, 31))


def test_a_vacant_chair_waits_for_that_sides_secretary_while_a_meeting_lies_ahead(cast):
    vacate(cast, cast.russia)

    def waiting(user):
        forget_standing(user)
        return [one for one in work_for(user, TODAY) if str(one.deed) == "Appoint a co-chair"]

    assert not waiting(cast.officer_ru)  # nothing is announced without a meeting
    make_meeting(cast.group)
    found = {name for name, user in cast.people.items() if waiting(user)}
    assert found == {"officer_ru"}


def test_a_vacant_chair_blocks_announcing_and_says_whose(cast):
    vacate(cast, cast.russia)
    meeting = make_meeting(cast.group, status="agreed")
    make_sitting(meeting)
    offers = {one.transition.name: one.blockers for one in MEETING.offers(meeting, cast.officer_my)}
    assert "Russia has no co-chair in office. Appoint one first." in offers["announce"]


def test_under_a_single_chair_by_turns_one_chair_is_enough_and_the_hosts_is_asked_for(cast):
    make_rules(cast.commission, chairing="by_turns")
    vacate(cast, cast.russia)
    hosted_by_malaysia = make_meeting(cast.group, host=cast.malaysia)
    hosted_by_russia = make_meeting(cast.group, host=cast.russia)
    in_a_third_place = make_meeting(cast.group)
    assert hosted_by_malaysia.parties_without_chair() == []
    assert hosted_by_russia.parties_without_chair() == []
    assert in_a_third_place.parties_without_chair() == []
    vacate(cast, cast.malaysia)
    assert hosted_by_malaysia.parties_without_chair() == [cast.malaysia]
    assert hosted_by_russia.parties_without_chair() == [cast.russia]
    assert in_a_third_place.parties_without_chair() == [cast.malaysia, cast.russia]


def test_no_side_is_called_vacant_while_the_single_chair_is_filled(client, cast):
    make_rules(cast.group, chairing="by_turns")
    vacate(cast, cast.russia)
    assert "Co-chair: vacant" not in page(client, cast.group.get_absolute_url())


# --- the list -------------------------------------------------------------------------


def test_the_offices_of_today_and_of_before_stand_side_by_side(client, cast):
    make_appointment(
        make_person("Earlier Chair", party=cast.malaysia),
        cast.group,
        "chair",
        since=date(2019, 1, 1),
        until=date(2020, 12, 31),
    )
    shown = page(client, reverse("body-people", args=[cast.group.pk]))
    assert shown.index("Faridah binti Zulkarnain") < shown.index("1 earlier appointment")
    assert shown.index("1 earlier appointment") < shown.index("Earlier Chair")
    assert "@example.org" not in shown


def test_only_the_own_sides_offices_carry_deeds(client, cast):
    mine = cast.group.appointments.get(person=cast.chair_my.person)
    theirs = cast.group.appointments.get(person=cast.chair_ru.person)
    client.force_login(cast.officer_my)
    shown = page(client, reverse("body-people", args=[cast.group.pk]))
    assert reverse("appointment-replace", args=[mine.pk]) in shown
    assert reverse("appointment-replace", args=[theirs.pk]) not in shown


def test_a_persons_page_has_every_office_that_the_reader_may_know_of(client, cast):
    person = cast.chair_my.person
    hidden = make_body(name="Hidden commission", is_public=False)
    make_appointment(person, hidden, "chair")
    make_appointment(person, cast.commission, "deputy", until=date(2020, 1, 1))
    shown = page(client, reverse("person-offices", args=[person.pk]))
    assert cast.group.name in shown
    assert cast.commission.name in shown
    assert "Hidden commission" not in shown
    client.force_login(cast.chair_my)
    assert "Hidden commission" in page(client, reverse("person-offices", args=[person.pk]))


def test_a_person_without_an_office_has_no_page(client, cast):
    nobody = make_person("Only a name")
    assert client.get(reverse("person-offices", args=[nobody.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_of_offices_costs_the_same_with_one_row_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for _number in range(rows):
        make_appointment(make_person(party=cast.malaysia), cast.group, "focal_point")
    client.force_login(cast.officer_my)
    with django_assert_num_queries(8):
        page(client, reverse("body-people", args=[cast.group.pk]))


def test_the_act_of_an_appointment_is_read_by_those_in_office_alone(client, cast):
    cast.group.appointments.update(act="Note verbale 77/2025")
    address = reverse("body-people", args=[cast.group.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        sees = name not in {"delegate", "outsider"}
        assert ("Note verbale 77/2025" in page(client, address)) is sees, name


def test_the_offices_of_a_body_beneath_lead_to_those_above_that_reach_down(client, cast):
    above = reverse("body-people", args=[cast.commission.pk])
    told = "Secretaries and focal points of the body above"
    client.force_login(cast.officer_my)
    shown = client.get(reverse("body-people", args=[cast.group.pk])).content.decode()
    assert told in shown
    assert above in shown
    assert told not in client.get(above).content.decode()
