"""One meeting: who sees it, what an edit drops, what stands in the way, what follows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from delegations.models import Delegation, Desk
from meetings import operations
from meetings.models import Meeting, Participation, Sitting
from meetings.transitions import DATES, MEETING
from portal.models import Entry, Notice
from portal.refusal import Refused
from portal.workflow import performed
from tests.factories import (
    make_appointment,
    make_area,
    make_body,
    make_key,
    make_meeting,
    make_party,
    make_person,
    make_sitting,
    make_user,
    today,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def meeting(cast) -> Meeting:
    """Planned for October, with one plenary; no key is given yet."""
    meeting = make_meeting(cast.group, starts_on=date(2026, 10, 13), place="", mode="virtual")
    make_sitting(meeting)
    return meeting


@pytest.fixture
def agreed(cast, meeting) -> Meeting:
    """The same with the key of every side."""
    Meeting.objects.filter(pk=meeting.pk).update(status="agreed")
    meeting.refresh_from_db()
    for chair in (cast.chair_my, cast.chair_ru):
        make_key(meeting, party=chair.party, holder=chair)
    return meeting


def page(client, address, status=200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def deed(client, meeting, name, **more):
    return client.post(reverse("meeting-do", args=[meeting.pk, name]), more, follow=True)


def told(answer) -> list[str]:
    """The sentences on top of the next page."""
    return [str(message) for message in answer.context["messages"]]


def states(meeting) -> dict[str, str]:
    return {seal.party.code: seal.state for seal in DATES.seals(meeting)}


# --- names and days -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "series", "number", "label"),
    [
        ("commission", "ordinary", 5, "5th session"),
        ("commission", "extraordinary", 1, "1st extraordinary session"),
        ("working_group", "ordinary", 21, "21st meeting"),
        ("working_group", "extraordinary", 2, "2nd extraordinary meeting"),
    ],
)
def test_a_meeting_is_called_by_its_number_and_kind(db, kind, series, number, label):
    assert make_meeting(make_body(kind=kind), series=series, number=number).label == label


def test_a_message_names_the_body_too(meeting):
    assert meeting.full_label == "1st meeting of the Working Group on Industry"


def test_ordinary_and_extraordinary_meetings_are_counted_apart(cast):
    make_meeting(cast.group, number=4)
    assert operations.next_number(cast.group) == 5
    assert operations.next_number(cast.group, "extraordinary") == 1


def test_numbers_need_not_be_contiguous_and_the_next_follows_the_highest(cast):
    for number in (1, 7, 3):
        make_meeting(cast.group, number=number)
    assert operations.next_number(cast.group) == 8


def test_the_number_of_a_cancelled_meeting_stays_taken(cast):
    make_meeting(cast.group, number=2, status="cancelled")
    assert operations.next_number(cast.group) == 3


def test_the_database_refuses_a_number_twice_in_one_series(cast):
    make_meeting(cast.group, number=2)
    make_meeting(cast.group, number=2, series="extraordinary")
    make_meeting(cast.commission, number=2)
    with pytest.raises(IntegrityError, match="one_meeting_per_number"):
        make_meeting(cast.group, number=2)


def test_the_database_refuses_an_end_before_the_beginning(cast):
    with pytest.raises(IntegrityError, match="meeting_ends_after_it_begins"):
        make_meeting(cast.group, ends_on=TODAY, starts_on=TODAY + timedelta(days=1))


def test_meetings_are_ahead_until_their_last_day_and_past_after_it(cast):
    ahead = [
        make_meeting(cast.group, starts_on=TODAY - timedelta(days=2), ends_on=TODAY),
        make_meeting(cast.group, starts_on=TODAY),
        make_meeting(cast.group, starts_on=TODAY + timedelta(days=9), status="announced"),
    ]
    past = [
        make_meeting(cast.group, starts_on=TODAY + timedelta(days=5), status="postponed"),
        make_meeting(cast.group, starts_on=TODAY + timedelta(days=3), status="cancelled"),
        make_meeting(cast.group, starts_on=TODAY, status="held"),
        make_meeting(cast.group, starts_on=TODAY - timedelta(days=1)),
    ]
    assert list(Meeting.objects.upcoming(TODAY)) == ahead
    assert list(Meeting.objects.past(TODAY)) == past


# --- who sees it ----------------------------------------------------------------------

INSIDE = ("officer_my", "officer_ru", "neutral", "chair_my", "chair_ru", "focal_my", "focal_ru")


def sees(client, cast, address) -> set[str]:
    """Who of the cast, and “nobody” without an account, opens an address."""
    found = set()
    for name, user in {"nobody": None, **cast.people}.items():
        client.logout()
        if user:
            client.force_login(user)
        answer = client.get(address)
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            found.add(name)
    return found


def test_a_planned_meeting_exists_only_for_people_in_office(client, cast, meeting):
    assert sees(client, cast, meeting.get_absolute_url()) == set(INSIDE)
    assert sees(client, cast, reverse("meeting-calendar", args=[meeting.pk])) == set(INSIDE)


def test_an_announced_meeting_exists_for_everybody(client, cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    everybody = {"nobody", *cast.people}
    assert sees(client, cast, agreed.get_absolute_url()) == everybody


def test_what_was_announced_stays_public_when_it_is_called_off(client, cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    MEETING.perform(agreed, "cancel", by=cast.officer_my, reason="No quorum.")
    shown = page(client, agreed.get_absolute_url())
    assert '<p class="note note-warning">No quorum.</p>' in shown


def test_a_meeting_called_off_while_it_was_planned_was_never_public(client, cast, meeting):
    MEETING.perform(meeting, "cancel", by=cast.officer_my, reason="No quorum.")
    page(client, meeting.get_absolute_url(), status=404)


def test_an_announced_meeting_of_a_hidden_body_is_not_public(client, cast):
    hidden = make_meeting(make_body(is_public=False, name="Hidden body"), status="announced")
    assert sees(client, cast, hidden.get_absolute_url()) == set()
    assert "Hidden body" not in page(client, reverse("meetings"))


def test_the_list_holds_and_counts_only_what_the_reader_may_see(client, cast):
    for number in range(1, 4):
        make_meeting(cast.group, number=number)
        make_meeting(cast.group, number=number + 10, status="announced")
        make_meeting(cast.group, number=number + 20, status="cancelled", was_announced=False)
    client.force_login(cast.outsider)
    answer = client.get(reverse("meetings"))
    assert {one.number for one in answer.context["ahead"]} == {11, 12, 13}
    assert answer.context["past"].paginator.count == 0
    client.force_login(cast.focal_my)
    answer = client.get(reverse("meetings"))
    assert {one.number for one in answer.context["ahead"]} == {1, 2, 3, 11, 12, 13}
    assert answer.context["past"].paginator.count == 3


def test_a_stranger_sees_neither_keys_nor_tabs_nor_deeds(client, cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    client.force_login(cast.outsider)
    shown = page(client, agreed.get_absolute_url())
    for inside in (
        "Propose to move",
        'class="tabs"',
        "deed-danger",
        "Change number",
        "Add a sitting",
    ):
        assert inside not in shown
    client.force_login(cast.officer_my)
    shown = page(client, agreed.get_absolute_url())
    for inside in (
        "Propose to move",
        'class="tabs"',
        "deed-danger",
        "Change number",
        "Add a sitting",
    ):
        assert inside in shown


def test_the_page_names_who_leads_with_the_titles_of_that_day(client, cast):
    meeting = make_meeting(cast.group, status="held", starts_on=date(2021, 5, 25))
    old = make_person("Former Chair")
    make_appointment(
        old, cast.group, "chair", cast.malaysia, until=date(2022, 1, 1), title="Secretary General"
    )
    new = make_person("Later Chair")
    make_appointment(new, cast.group, "chair", cast.malaysia, since=date(2022, 1, 2))
    Participation.objects.create(
        meeting=meeting,
        person=make_person("Excellent Envoy"),
        party=cast.russia,
        capacity="ambassador",
        title="Ambassador to Malaysia",
    )
    shown = page(client, meeting.get_absolute_url())
    for words in ("Former Chair", "Secretary General", "Excellent Envoy", "Ambassador to Malaysia"):
        assert words in shown
    assert "Later Chair" not in shown


def test_the_programme_stands_in_both_clocks_day_by_day(client, cast):
    meeting = make_meeting(cast.group, status="announced", starts_on=date(2026, 10, 13), days=2)
    area = make_area(cast.group, "Halal industry")
    make_sitting(meeting, kind="consultation", area=area, wall=time(14))
    make_sitting(meeting, day=date(2026, 10, 14))
    client.force_login(cast.delegate)
    shown = page(client, meeting.get_absolute_url())
    assert shown.index("Tue 13 Oct 2026") < shown.index("Expert consultation: Halal industry")
    assert shown.index("Wed 14 Oct 2026") < shown.rindex("Plenary session")
    assert "Kuala Lumpur" in shown
    assert "Moscow" in shown


def test_the_page_speaks_russian_to_who_reads_russian(client, cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    client.cookies["django_language"] = "ru"
    shown = page(client, agreed.get_absolute_url())
    assert "Рабочая группа по промышленности" in shown
    assert "Куала-Лумпур" in shown


# --- changing it ----------------------------------------------------------------------


SHARED = ("starts_on", "ends_on", "precision", "mode", "place", "zone")


def typed(meeting, **changes) -> dict:
    """What the form for number, title and description holds, or for dates where they change."""
    return {
        **{name: getattr(meeting, name) for name in (*SHARED, "number", "title", "about")},
        "host": meeting.host_id or "",
        "revision": meeting.revision,
        "version": meeting.version,
        **changes,
    }


def change(client, meeting, **changes):
    """Dates and places by a proposal, anything else on the page for changes."""
    name = "proposal-new" if {*SHARED, "host"} & set(changes) else "meeting-change"
    return client.post(reverse(name, args=[meeting.pk]), typed(meeting, **changes))


MOVED = {"starts_on": "2026-10-20", "ends_on": "2026-10-20"}


@pytest.mark.parametrize(
    "changes",
    [
        MOVED,
        {"mode": "hybrid", "place": "Putrajaya"},
        {"place": "Putrajaya"},
        {"zone": "Europe/Moscow", "clock": "Europe/Moscow"},
    ],
    ids=["days", "mode", "place", "zone"],
)
def test_other_dates_drop_both_keys_and_give_the_key_of_who_proposes(client, cast, agreed, changes):
    client.force_login(cast.officer_my)
    assert change(client, agreed, **changes).status_code == 302
    agreed.refresh_from_db()
    assert states(agreed) == {"my": "full", "ru": "broken"}
    assert agreed.revision == 2
    assert Entry.objects.about(agreed).filter(verb="key.dropped").count() == 2


def test_saving_without_a_change_drops_nothing_and_tells_nobody(client, cast, agreed):
    client.force_login(cast.officer_my)
    assert change(client, agreed).status_code == 302
    agreed.refresh_from_db()
    assert states(agreed) == {"my": "full", "ru": "full"}
    assert not Entry.objects.about(agreed).exists()
    assert not Notice.objects.exists()


def test_every_other_side_is_asked_for_its_key_to_other_dates(client, cast, agreed):
    client.force_login(cast.officer_my)
    change(client, agreed, **MOVED)
    asked = Notice.objects.filter(template="meetings/emails/dates_key_awaited")
    assert set(asked.values_list("email", flat=True)) == {
        cast.chair_ru.email,
        cast.officer_ru.email,
    }


def test_who_has_compared_may_save_over_the_other(client, cast, meeting):
    client.force_login(cast.officer_my)
    earlier = typed(meeting)
    change(client, meeting, **MOVED)
    address = reverse("proposal-new", args=[meeting.pk])
    answer = client.post(address, {**earlier, "place": "Kazan"})
    shown = answer.content.decode()
    assert "Somebody changed this meeting since you opened it." in shown
    assert "What stands there now" in shown
    assert "Oct. 20, 2026" in shown
    assert 'value="Kazan"' in shown
    again = {**earlier, "place": "Kazan", "revision": answer.context["form"]["revision"].value()}
    assert client.post(address, again).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.starts_on, meeting.place) == (date(2026, 10, 13), "Kazan")


def test_two_officers_who_name_it_at_once_read_each_other_before_one_counts(client, cast, meeting):
    client.force_login(cast.officer_my)
    address = reverse("meeting-change", args=[meeting.pk])
    mine = typed(meeting, title="Typed by me")
    assert client.post(address, typed(meeting, title="By the other")).status_code == 302
    answer = client.post(address, mine)
    shown = answer.content.decode()
    assert "Somebody changed this meeting since you opened it." in shown
    assert "By the other" in shown
    assert 'value="Typed by me"' in shown
    shown = answer.context["form"]
    read = {name: shown[name].value() for name in ("version", "revision")}
    again = {**mine, **read}
    assert client.post(address, again).status_code == 302
    meeting.refresh_from_db()
    assert meeting.title == "Typed by me"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": 9}, "already has a meeting with this number. Choose the next free one."),
        ({"number": 0}, "Meetings are counted from 1."),
        ({"ends_on": "2026-10-12"}, "The last day comes before the first day."),
        ({"mode": "hybrid"}, "Name the place where people come to, or choose virtual."),
        ({"starts_on": "0026-10-13"}, "Choose a day in the years from 1900 to 2199."),
        ({"starts_on": "yesterday"}, "Enter a valid date."),
        ({"zone": "Asia/Kualalumpur"}, "is not in the zone database"),
        ({"host": "999999"}, "Select a valid choice."),
    ],
)
def test_an_error_says_what_to_do_and_nothing_typed_is_lost(
    client, cast, meeting, changes, sentence
):
    make_meeting(cast.group, number=9)
    client.force_login(cast.officer_my)
    kept = {"title": "Typed by me", "host_reason": "Typed by me", **changes}
    shared = {*SHARED, "host"} & set(changes)
    answer = change(
        client, meeting, **{name: kept[name] for name in kept if name != "title" or not shared}
    )
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in shown
    assert 'value="Typed by me"' in shown
    assert Meeting.objects.get(pk=meeting.pk).version == meeting.version


def test_a_page_of_errors_still_names_the_meeting_as_it_is(client, cast, meeting):
    client.force_login(cast.officer_my)
    make_meeting(cast.group, number=9)
    shown = change(client, meeting, number=9).content.decode()
    assert "1st meeting of the" in shown
    assert "9th meeting" not in shown


def test_a_party_of_another_commission_is_no_host(client, cast, meeting):
    client.force_login(cast.officer_my)
    answer = change(client, meeting, host=make_party("AZ").pk)
    assert "host" in answer.context["form"].errors


@pytest.mark.parametrize("who", ["chair_my", "focal_ru", "neutral", "officer_ru"])
def test_secretaries_name_a_meeting_and_co_chairs_too_propose_its_dates(client, cast, meeting, who):
    client.force_login(cast.people[who])
    expected = 302 if who in {"neutral", "officer_ru"} else 403
    assert change(client, meeting, title="On steel").status_code == expected
    meeting.refresh_from_db()
    expected = 403 if who == "focal_ru" else 302
    assert change(client, meeting, **MOVED).status_code == expected


# --- keys -----------------------------------------------------------------------------


def turn(client, meeting, **facts):
    posted = {"party": "", "revision": meeting.revision, "action": "give", **facts}
    return client.post(reverse("meeting-dates-key", args=[meeting.pk]), posted, follow=True)


def test_a_co_chair_gives_the_own_sides_key_and_takes_it_back(client, cast, meeting):
    client.force_login(cast.chair_my)
    turn(client, meeting, party=cast.malaysia.pk)
    assert states(meeting) == {"my": "full", "ru": "empty"}
    turn(client, meeting, party=cast.malaysia.pk, action="withdraw")
    assert states(meeting) == {"my": "broken", "ru": "empty"}


@pytest.mark.parametrize("who", ["chair_ru", "officer_ru", "neutral", "focal_my"])
def test_nobody_else_turns_a_sides_key(client, cast, meeting, who):
    client.force_login(cast.people[who])
    assert turn(client, meeting, party=cast.malaysia.pk).status_code == 403
    assert states(meeting) == {"my": "empty", "ru": "empty"}


def test_a_key_to_a_version_that_has_changed_since_is_refused(client, cast, meeting):
    operations.change_meeting(meeting, changes={"place": "Kazan"}, revision=1, by=cast.officer_my)
    client.force_login(cast.chair_my)
    answer = turn(client, meeting, party=cast.malaysia.pk, revision=1)
    assert told(answer) == [
        "This has changed since you opened it. Read the new version, then give your key."
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"party": "x"},
        {"party": "9" * 5000},
        {"revision": "x"},
        {"revision": ""},
        {"action": "break"},
    ],
)
def test_nonsense_turns_no_key_and_breaks_no_page(client, cast, meeting, facts):
    client.force_login(cast.chair_my)
    answer = turn(client, meeting, **{"party": cast.malaysia.pk, **facts})
    assert answer.status_code == 404
    assert states(meeting) == {"my": "empty", "ru": "empty"}


def test_a_party_without_a_seat_has_no_key_here(client, cast, meeting):
    client.force_login(cast.chair_my)
    assert turn(client, meeting, party=make_party("AZ").pk).status_code == 404


# --- announcing -----------------------------------------------------------------------


def test_what_stands_in_the_way_of_announcing_is_said_before_the_click(client, cast):
    empty = make_meeting(cast.group, "agreed")
    cast.chair_ru.person.appointments.all().delete()
    client.force_login(cast.officer_my)
    shown = page(client, empty.get_absolute_url())
    for sentence in (
        "Dates and place: the key of Malaysia is missing.",
        "Dates and place: the key of Russia is missing.",
        "Russia has no co-chair in office. Appoint one first.",
        "The programme is empty. Add at least one sitting.",
    ):
        assert sentence in shown
    assert reverse("meeting-do", args=[empty.pk, "announce"]) not in shown


def test_a_click_on_an_old_page_gets_the_same_sentences(client, cast, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(status="agreed")
    client.force_login(cast.officer_my)
    answer = deed(client, meeting, "announce")
    assert told(answer) == [
        "Dates and place: the key of Malaysia is missing.",
        "Dates and place: the key of Russia is missing.",
    ]
    meeting.refresh_from_db()
    assert (meeting.status, meeting.was_announced) == ("agreed", False)


def test_a_programme_of_cancelled_sittings_alone_is_empty(cast, agreed):
    agreed.sittings.update(status="cancelled")
    [offer] = [one for one in MEETING.offers(agreed, cast.officer_my) if one.blockers]
    assert offer.blockers == ["The programme is empty. Add at least one sitting."]


def test_announcing_opens_a_delegation_for_every_side_and_the_desk(client, cast, agreed):
    client.force_login(cast.officer_my)
    deed(client, agreed, "announce")
    agreed.refresh_from_db()
    assert (agreed.status, agreed.was_announced) == ("announced", True)
    assert {one.party.code for one in Delegation.objects.filter(meeting=agreed)} == {"my", "ru"}
    assert Desk.objects.get(meeting=agreed).status == "not_open"


def test_everybody_in_office_is_told_in_the_own_language(cast, agreed):
    make_user("secretary", cast.russia, cast.group, "ru@example.org", language="ru")
    with translation.override("ms"):
        MEETING.perform(agreed, "announce", by=cast.officer_my)
    notices = Notice.objects.filter(template="meetings/emails/meeting_announced")
    assert set(notices.values_list("email", flat=True)) == {
        *(cast.people[name].email for name in INSIDE),
        "ru@example.org",
    }
    assert "Рабочая группа" in notices.get(email="ru@example.org").body
    assert "Working Group on Industry" in notices.get(email=cast.officer_my.email).body


def test_when_what_follows_fails_nothing_was_announced(cast, agreed):
    def refuses(transition, **facts):
        raise RuntimeError(transition)

    performed.connect(refuses, sender=Meeting)
    try:
        with pytest.raises(RuntimeError, match="announce"):
            MEETING.perform(agreed, "announce", by=cast.officer_my)
    finally:
        performed.disconnect(refuses, sender=Meeting)
    agreed.refresh_from_db()
    assert agreed.status == "agreed"
    assert not Delegation.objects.exists()
    assert not Desk.objects.exists()
    assert not Notice.objects.exists()
    assert not Entry.objects.about(agreed).exists()


def again(cast, meeting) -> None:
    """Propose a postponed meeting anew, for the same days, and agree to that."""
    meeting.refresh_from_db()
    proposal = operations.proposal_of(meeting)
    operations.propose_dates(proposal, revision=meeting.revision, by=cast.officer_my)
    meeting.refresh_from_db()
    operations.agree_dates(
        meeting, party=cast.russia, revision=meeting.revision, by=cast.officer_ru
    )


def test_a_meeting_announced_again_is_told_again(cast, agreed):
    for name in ("announce", "postpone", "propose anew", "announce", "postpone"):
        if name == "propose anew":
            again(cast, agreed)
        else:
            MEETING.perform(agreed, name, by=cast.officer_my, reason="The hall is gone.")
    told_chair = Notice.objects.filter(
        email=cast.chair_my.email, template__contains="meeting_"
    ).order_by("pk")
    assert [one.template.rpartition("/")[2] for one in told_chair] == [
        "meeting_announced",
        "meeting_called_off",
        "meeting_announced",
        "meeting_called_off",
    ]


# --- calling off, beginning, closing --------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [("postpone", "postponed"), ("cancel", "cancelled")])
def test_calling_off_needs_a_reason_and_raises_every_sequence(client, cast, agreed, name, status):
    client.force_login(cast.officer_my)
    assert told(deed(client, agreed, name)) == [
        "Write a reason: the people concerned will read it."
    ]
    deed(client, agreed, name, reason="The hall is gone.")
    agreed.refresh_from_db()
    assert (agreed.status, agreed.reason) == (status, "The hall is gone.")
    assert set(agreed.sittings.values_list("sequence", flat=True)) == {1}
    assert "The hall is gone." in page(client, agreed.get_absolute_url())


def test_a_reason_that_could_not_be_used_is_given_back(client, cast, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(status="held")
    client.force_login(cast.officer_my)
    answer = deed(client, meeting, "cancel", reason="The hall is gone.")
    assert told(answer) == [
        "This is “Held” now, so “Cancel the meeting” is no longer possible.",
        "You wrote: “The hall is gone.”",
    ]


def test_a_meeting_begins_only_once_its_first_sitting_has(cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    [begin] = [
        one
        for one in MEETING.offers(Meeting.objects.get(pk=agreed.pk), cast.officer_my)
        if one.transition.name == "begin"
    ]
    assert begin.blockers == ["The first sitting has not begun yet."]
    with time_machine.travel(datetime(2026, 10, 13, 7, 1, tzinfo=UTC)):
        assert MEETING.perform(agreed, "begin", by=cast.officer_my).status == "in_session"


def test_a_deed_that_does_not_exist_is_no_page(client, cast, meeting):
    client.force_login(cast.officer_my)
    assert deed(client, meeting, "explode").status_code == 404


def test_a_deed_is_always_a_post(client, cast, agreed):
    client.force_login(cast.officer_my)
    answer = client.get(reverse("meeting-do", args=[agreed.pk, "announce"]))
    assert answer.status_code == 405
    agreed.refresh_from_db()
    assert agreed.status == "agreed"


# --- history --------------------------------------------------------------------------


def test_the_history_says_who_did_what_and_why(client, cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    MEETING.perform(agreed, "postpone", by=cast.officer_ru, reason="The hall is gone.")
    client.force_login(cast.focal_my)
    shown = page(client, reverse("meeting-history", args=[agreed.pk]))
    for words in (
        cast.officer_my.name,
        "announced the meeting",
        cast.officer_ru.name,
        "postponed the meeting",
        "The hall is gone.",
    ):
        assert words in shown


@pytest.mark.parametrize("who", ["delegate", "outsider"])
def test_the_history_is_for_people_in_office(client, cast, agreed, who):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    client.force_login(cast.people[who])
    page(client, reverse("meeting-history", args=[agreed.pk]), status=403)


# --- queries --------------------------------------------------------------------------

ONE_AND_THIRTY = pytest.mark.parametrize("rows", [1, 30])


@ONE_AND_THIRTY
def test_the_list_costs_the_same_with_one_meeting_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for number in range(rows):
        body = make_body(parent=cast.commission, kind="working_group")
        make_meeting(body, starts_on=TODAY + timedelta(days=number))
        make_meeting(body, starts_on=TODAY - timedelta(days=number + 1), status="held")
    client.force_login(cast.officer_my)
    with django_assert_num_queries(12):
        page(client, reverse("meetings"))


def crowd(cast, rows) -> Meeting:
    meeting = make_meeting(cast.group, status="announced", starts_on=date(2026, 10, 13))
    for number in range(rows):
        sitting = make_sitting(
            meeting,
            kind="consultation",
            area=make_area(cast.group),
            wall=time(number % 24),
        )
        assert isinstance(sitting, Sitting)
        make_appointment(
            make_person(), cast.group, "chair", cast.malaysia if number % 2 else cast.russia
        )
        Participation.objects.create(
            meeting=meeting, person=make_person(), party=cast.malaysia, capacity="observer"
        )
        Entry.objects.create(target=meeting, verb="meeting.announce", party=cast.russia)
    return meeting


@ONE_AND_THIRTY
def test_the_page_costs_the_same_with_one_sitting_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    meeting = crowd(cast, rows)
    client.force_login(cast.officer_my)
    with django_assert_num_queries(21):
        page(client, meeting.get_absolute_url())


@ONE_AND_THIRTY
def test_the_history_costs_the_same_with_one_entry_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    meeting = crowd(cast, rows)
    client.force_login(cast.officer_my)
    with django_assert_num_queries(10):
        page(client, reverse("meeting-history", args=[meeting.pk]))


def test_a_meeting_that_is_on_again_reaches_the_calendars_that_it_left(cast, agreed):
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    MEETING.perform(agreed, "postpone", by=cast.officer_my, reason="The hall is flooded.")
    off = {one.pk: one.sequence for one in agreed.sittings.all()}
    again(cast, agreed)
    MEETING.perform(agreed, "announce", by=cast.officer_my)
    assert {one.pk: one.sequence - 1 for one in agreed.sittings.all()} == off


@pytest.mark.parametrize("status", ["held", "closed", "cancelled"])
def test_a_meeting_that_is_over_or_cancelled_stands_as_it_was(client, cast, status):
    meeting = make_meeting(cast.group, status=status)
    client.force_login(cast.officer_my)
    assert "Add a sitting" not in page(client, meeting.get_absolute_url())
    for name in ("sitting-new", "meeting-change"):
        page(client, reverse(name, args=[meeting.pk]), status=403)


@pytest.mark.parametrize("action", ["give", "withdraw"])
def test_keys_to_the_dates_stay_as_they_were_once_a_meeting_was_held(client, cast, action):
    meeting = make_meeting(cast.group, status="held")
    make_key(meeting, "dates", cast.malaysia, cast.chair_my)
    user, party = {
        "give": (cast.chair_ru, cast.russia),
        "withdraw": (cast.chair_my, cast.malaysia),
    }[action]
    client.force_login(user)
    posted = {"party": party.pk, "revision": meeting.revision, "action": action}
    path = reverse("meeting-dates-key", args=[meeting.pk])
    answer = client.post(path, posted, follow=True).content.decode()
    assert "This meeting was held, so its dates and place stand." in answer
    assert DATES.missing(meeting) == [cast.russia]


def test_nobody_announces_for_days_on_which_no_side_has_a_seat(cast):
    cast.group.seats.update(since=date(2020, 1, 1))
    meeting = make_meeting(cast.group, "agreed", starts_on=date(1950, 1, 1), ends_on=today())
    make_sitting(meeting, day=today())
    with pytest.raises(Refused, match="No side has a seat"):
        MEETING.perform(meeting.body.meetings.get(), "announce", by=cast.officer_my)


# --- what an officer is led to ---------------------------------------------------------


def test_an_idea_is_shown_in_the_clocks_of_all_sides_and_any_side_may_host_it(client, cast):
    idea = make_meeting(
        cast.group, "idea", starts_on=date(2026, 10, 13), side=cast.malaysia, mode="virtual"
    )
    make_sitting(idea, wall=time(15))
    client.force_login(cast.officer_my)
    for name, address in (
        ("meeting", idea.get_absolute_url()),
        ("programme", reverse("programme", args=[idea.pk])),
    ):
        text = page(client, address)
        assert "Kuala Lumpur" in text, name
        assert "Moscow" in text, name
    for name in ("proposal-new", "meeting-change"):
        form = client.get(reverse(name, args=[idea.pk])).context["form"]
        assert set(form.fields["host"].queryset) == {cast.malaysia, cast.russia}, name


def test_a_meeting_of_one_part_keeps_the_clock_of_its_side_alone(client, cast):
    part = make_meeting(cast.group, series="national", side=cast.malaysia)
    make_sitting(part)
    client.force_login(cast.officer_my)
    assert "Moscow" not in page(client, part.get_absolute_url())


@pytest.mark.parametrize(("day", "said"), [(13, False), (12, True), (14, True)])
def test_who_arranges_is_told_of_a_plenary_outside_the_days(client, cast, day, said):
    meeting = make_meeting(cast.group, "agreed", starts_on=date(2026, 10, 13), mode="virtual")
    make_sitting(meeting, day=date(2026, 10, day))
    told = "lies outside the days of the meeting"
    client.force_login(cast.officer_my)
    assert (told in page(client, meeting.get_absolute_url())) is said
    client.force_login(cast.focal_my)
    assert told not in page(client, meeting.get_absolute_url())


@pytest.mark.parametrize(
    ("status", "led"), [("agreed", False), ("announced", True), ("held", True), ("closed", True)]
)
def test_the_page_leads_an_officer_to_the_next_meeting(client, cast, status, led):
    meeting = make_meeting(cast.group, status, starts_on=date(2026, 8, 11))
    address = reverse("meeting-prepare", args=[meeting.pk])
    client.force_login(cast.officer_my)
    assert (address in page(client, meeting.get_absolute_url())) is led
    client.force_login(cast.focal_my)
    assert address not in page(client, meeting.get_absolute_url())
