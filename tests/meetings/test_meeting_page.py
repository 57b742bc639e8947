"""The page of a meeting: what stands where, whose keys it names, and when one can join."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from meetings.models import Meeting
from tests.factories import (
    forget_standing,
    make_appointment,
    make_body,
    make_key,
    make_meeting,
    make_party,
    make_proposal,
    make_sitting,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 10, 13)
LINK = "https://video.example.org/room"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.group, "announced", starts_on=DAY)


def page(client, user, meeting) -> str:
    client.force_login(user)
    answer = client.get(reverse("meeting", args=[meeting.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def in_order(shown, *words) -> bool:
    places = [shown.index(one) for one in words]
    return places == sorted(places)


def keyed(meeting, cast):
    make_key(meeting, "dates", cast.malaysia, cast.chair_my)
    make_key(meeting, "dates", cast.russia, cast.chair_ru)


# --- keys -----------------------------------------------------------------------------


def test_an_announced_meeting_shows_who_gave_the_keys_to_its_dates(client, cast, meeting):
    keyed(meeting, cast)
    shown = page(client, cast.officer_my, meeting)
    keys = shown.partition('id="keys">Keys to dates and place')[2]
    assert in_order(keys, "Faridah binti Zulkarnain", "Propose to move the meeting")
    assert shown.count("key given") == 2


def test_without_keys_on_record_no_heading_promises_any(client, cast, meeting):
    make_key(meeting, "dates", cast.malaysia, cast.chair_my)
    shown = page(client, cast.officer_my, meeting)
    assert "Keys to dates and place" not in shown
    assert "key given" not in shown
    assert 'id="keys" class="visually-hidden"' in shown
    assert "Propose to move the meeting" in shown


def test_the_keys_of_three_sides_stand_in_the_readers_order(client, cast):
    azerbaijan = make_party("AZ")
    body = make_body([cast.malaysia, cast.russia, azerbaijan], parent=cast.commission)
    meeting = make_meeting(body, "announced", starts_on=DAY)
    for party in (cast.malaysia, cast.russia, azerbaijan):
        make_key(meeting, "dates", party, holder_name=f"Chair of {party.label}")
    for party, first in ((cast.russia, "Russia"), (azerbaijan, "Azerbaijan")):
        make_appointment(cast.outsider, body, "focal_point", party)
        shown = page(client, cast.outsider, meeting)
        names = [f"Chair of {one}" for one in ("Malaysia", "Russia", "Azerbaijan")]
        assert min(names, key=shown.index) == f"Chair of {first}"
        cast.outsider.person.appointments.all().delete()
        forget_standing(cast.outsider)


def test_the_keys_to_a_meeting_are_for_those_in_office(client, cast, meeting):
    keyed(meeting, cast)
    for user in (cast.delegate, cast.outsider):
        shown = page(client, user, meeting)
        assert "key given" not in shown
        assert "Faridah" not in shown.partition("Programme</h2>")[2]


def test_whoever_is_to_give_a_key_reads_so_above_everything_else(client, cast):
    meeting = make_meeting(cast.group, "proposed", starts_on=DAY)
    make_proposal(meeting, cast.russia)
    make_key(meeting, "dates", cast.russia, cast.chair_ru)
    awaited = '<a href="#keys">The key of Malaysia is awaited</a>'
    assert in_order(page(client, cast.chair_my, meeting), awaited, "Who leads", 'id="keys"')
    assert awaited not in page(client, cast.chair_ru, meeting)
    assert awaited not in page(client, cast.focal_my, meeting)


# --- what stands where -----------------------------------------------------------------


def test_what_is_looked_for_first_stands_before_what_is_rare(client, cast, meeting):
    keyed(meeting, cast)
    make_sitting(meeting)
    assert in_order(
        page(client, cast.officer_my, meeting),
        "<h1",
        "Who leads",
        'id="programme"',
        'id="keys"',
        "More deeds",
        "Postpone",
    )


def test_what_is_asked_of_the_sides_stands_before_the_programme(client, cast):
    meeting = make_meeting(cast.group, "agreed", starts_on=DAY)
    make_sitting(meeting)
    shown = page(client, cast.officer_my, meeting)
    assert in_order(shown, "Who leads", 'id="keys"', "Announce the meeting", 'id="programme"')
    assert in_order(shown, 'id="programme"', "More deeds", "Postpone")


def test_what_can_be_done_now_is_not_folded_away(client, cast, meeting):
    make_sitting(meeting)
    before = page(client, cast.officer_my, meeting)
    assert in_order(before, "More deeds", "Begin the meeting")
    with time_machine.travel(datetime(2026, 10, 13, 8, tzinfo=UTC), tick=False):
        during = page(client, cast.officer_my, meeting)
    assert in_order(during, "Begin the meeting", 'id="programme"', "More deeds")


# --- joining --------------------------------------------------------------------------

BEGINS = datetime(2026, 10, 13, 7, tzinfo=UTC)  # 15:00 in Kuala Lumpur, two hours


@pytest.mark.parametrize(
    ("moment", "joins"),
    [
        (BEGINS - timedelta(hours=24, minutes=1), False),
        (BEGINS - timedelta(hours=24), True),
        (BEGINS + timedelta(hours=1, minutes=59), True),
        (BEGINS + timedelta(hours=2), False),
        (BEGINS + timedelta(days=30), False),
    ],
)
def test_a_sitting_can_be_joined_from_a_day_before_until_it_ends(
    client, cast, meeting, moment, joins
):
    make_sitting(meeting, join_link=LINK)
    with time_machine.travel(moment, tick=False):
        shown = page(client, cast.officer_my, meeting)
    assert (LINK in shown) is joins
    later = "Joining links stand here from a day before each sitting until it ends."
    assert (later in shown) is (moment < BEGINS - timedelta(hours=24))


@pytest.mark.parametrize("status", ["held", "closed", "postponed", "cancelled"])
def test_a_meeting_that_is_over_or_off_is_never_joined(client, cast, meeting, status):
    make_sitting(meeting, join_link=LINK)
    Meeting.objects.update(status=status)
    with time_machine.travel(BEGINS, tick=False):
        shown = page(client, cast.officer_my, meeting)
    assert LINK not in shown
    assert "Joining links stand here" not in shown


def test_a_sitting_of_unknown_length_can_be_joined_for_a_day(client, cast, meeting):
    make_sitting(meeting, join_link=LINK, minutes=None)
    with time_machine.travel(BEGINS + timedelta(hours=5), tick=False):
        assert LINK in page(client, cast.officer_my, meeting)
    with time_machine.travel(BEGINS + timedelta(days=1), tick=False):
        assert LINK not in page(client, cast.officer_my, meeting)


def test_nobody_without_office_is_told_of_joining_links(client, cast, meeting):
    make_sitting(meeting, join_link=LINK, wall=time(15))
    for moment in (NOON, BEGINS):
        with time_machine.travel(moment, tick=False):
            shown = page(client, cast.delegate, meeting)
        assert LINK not in shown
        assert "Joining links" not in shown


# --- ideas ----------------------------------------------------------------------------


def test_an_idea_says_truly_who_sees_it(client, cast):
    own = make_meeting(cast.group, "idea", starts_on=DAY, side=cast.malaysia)
    neutral = make_meeting(cast.group, "idea", starts_on=DAY, number=7)
    assert "nobody is asked or told until you propose it" in page(client, cast.officer_my, own)
    sentence = "Those in office on all sides see it; nobody is asked or told until it is proposed."
    for user in (cast.neutral, cast.officer_my, cast.focal_ru):
        shown = page(client, user, neutral)
        assert sentence in shown
        assert "Nobody else sees it" not in shown


def test_the_scheduling_page_offers_an_idea_of_ones_side_to_a_side_alone(client, cast):
    address = reverse("meeting-new", args=[cast.group.pk])
    client.force_login(cast.officer_my)
    assert "Keep as an idea of my side" in client.get(address).content.decode()
    client.force_login(cast.neutral)
    shown = client.get(address).content.decode()
    assert "of my side" not in shown
    assert "Keep as an idea" in shown


def test_preparing_the_next_meeting_says_who_will_see_it(client, cast):
    held = make_meeting(cast.group, "held", starts_on=date(2026, 3, 17))
    address = reverse("meeting-prepare", args=[held.pk])
    client.force_login(cast.officer_ru)
    assert "only your own side sees until you propose it" in client.get(address).content.decode()
    client.force_login(cast.neutral)
    shown = client.get(address).content.decode()
    assert "your own side" not in shown
    assert "those in office on all sides see" in shown


# --- days that lead, days that no longer hold -------------------------------------------


def lead(shown: str) -> str:
    """What stands under the heading."""
    return shown.partition('<p class="lead-text">')[2].partition("</p>")[0]


def test_the_own_day_of_a_meeting_leads_and_the_plenary_of_another_day_follows(client, cast):
    meeting = make_meeting(cast.group, "proposed", starts_on=date(2027, 3, 16))
    make_sitting(meeting, day=date(2027, 1, 11))
    for user in (cast.officer_my, cast.officer_ru, cast.neutral):
        shown = page(client, user, meeting)
        assert lead(shown).strip() == "Tue 16 Mar 2027"
        assert in_order(shown, "Tue 16 Mar 2027", "Plenary session:", "Mon 11 Jan 2027")


def test_a_plenary_on_the_day_of_the_meeting_gives_its_clocks_at_once(client, cast, meeting):
    make_sitting(meeting)
    shown = page(client, cast.officer_my, meeting)
    assert "Tue 13 Oct 2026" in lead(shown)
    assert "15:00" in lead(shown)
    assert "Plenary session:" not in shown


def test_the_day_leads_where_the_first_clock_of_the_plenary_shows_another(client, cast):
    america = make_party("US", zone="America/New_York")
    body = make_body([america, cast.malaysia])
    make_appointment(cast.outsider, body, "focal_point", america)
    meeting = make_meeting(body, "announced", starts_on=DAY, zone="Asia/Kuala_Lumpur")
    make_sitting(meeting, wall=time(9))
    shown = page(client, cast.outsider, meeting)
    assert lead(shown).strip() == "Tue 13 Oct 2026"
    assert in_order(shown, "Tue 13 Oct 2026", "Plenary session:", "Mon 12 Oct 2026")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("postponed", "The meeting is postponed: none of these sittings is held at the time"),
        ("cancelled", "The meeting is cancelled: none of these sittings is held."),
    ],
)
def test_date_and_programme_of_what_was_called_off_are_struck_in_words_too(
    client, cast, status, words
):
    meeting = make_meeting(cast.group, status, starts_on=DAY)
    sitting = make_sitting(meeting)
    for user in (cast.officer_my, cast.officer_ru, cast.outsider):
        shown = page(client, user, meeting)
        assert "<s>Tue 13 Oct 2026" in lead(shown)
        assert "Does not hold any more:" in lead(shown)
        assert words in shown
        assert f'id="sitting-{sitting.pk}" class="is-off"' in shown
        assert ("New dates are not agreed yet." in shown) == (status == "postponed")


def test_the_printed_programme_of_what_was_called_off_is_struck(client, cast):
    meeting = make_meeting(cast.group, "postponed", starts_on=DAY)
    make_sitting(meeting)
    client.force_login(cast.officer_ru)
    shown = client.get(reverse("programme-sheet", args=[meeting.pk])).content.decode()
    assert "<s>Tue 13 Oct 2026</s>" in shown
    assert 'class="is-off"' in shown


def test_what_takes_place_is_not_struck_anywhere(client, cast, meeting):
    make_sitting(meeting)
    shown = page(client, cast.officer_my, meeting)
    assert "<s>" not in shown
    assert 'class="is-off"' not in shown


def test_a_sitting_in_a_third_zone_stands_under_a_day_that_its_row_shows(client, cast, meeting):
    make_sitting(
        meeting, day=date(2027, 3, 14), wall=time(23, 30), zone="America/New_York", kind="signing"
    )
    for user in (cast.officer_my, cast.officer_ru):
        for name in ("meeting", "programme-sheet"):
            client.force_login(user)
            shown = client.get(reverse(name, args=[meeting.pk])).content.decode()
            table = shown.partition("records programme")[2]
            heading = table.partition('scope="rowgroup"')[2].partition("</th>")[0]
            assert heading.endswith("Mon 15 Mar 2027")
            assert "Sun 14 Mar 2027" not in table


def test_each_reader_has_the_heading_of_the_clock_that_stands_first(client, cast, meeting):
    make_sitting(meeting, wall=time(2))  # the evening before in Moscow
    shown = page(client, cast.officer_my, meeting)
    assert '<th scope="rowgroup" colspan="4">Tue 13 Oct 2026</th>' in shown
    shown = page(client, cast.officer_ru, meeting)
    assert '<th scope="rowgroup" colspan="4">Mon 12 Oct 2026</th>' in shown


# --- what can be proposed once it has begun ----------------------------------------------


@pytest.mark.parametrize("status", ["in_session", "suspended", "resumed", "held"])
def test_nobody_is_offered_to_move_a_meeting_that_has_begun(client, cast, meeting, status):
    Meeting.objects.filter(pk=meeting.pk).update(status=status)
    assert "Propose to move the meeting" not in page(client, cast.officer_my, meeting)
    answer = client.get(reverse("proposal-new", args=[meeting.pk]))
    assert answer["Location"] == meeting.get_absolute_url()


def test_an_announced_meeting_that_has_not_begun_is_offered_to_be_moved(client, cast, meeting):
    assert "Propose to move the meeting" in page(client, cast.officer_my, meeting)


def test_a_deed_is_answered_by_what_is_the_case_now(client, cast, meeting):
    client.force_login(cast.officer_my)
    url = reverse("meeting-do", args=[meeting.pk, "postpone"])
    shown = client.post(url, {"reason": "A flood."}, follow=True).content.decode()
    assert "The meeting is postponed. Everybody in office and everybody registered" in shown
    assert "Done:" not in shown


# --- ideas -------------------------------------------------------------------------------


def test_the_page_that_proposes_an_idea_says_truly_who_knows_of_it(client, cast):
    own = make_meeting(cast.group, "idea", starts_on=DAY, side=cast.malaysia)
    neutral = make_meeting(cast.group, "idea", starts_on=DAY)
    client.force_login(cast.officer_my)
    shown = client.get(reverse("proposal-new", args=[own.pk])).content.decode()
    assert "Until now only your side knows of it." in shown
    client.force_login(cast.neutral)
    shown = client.get(reverse("proposal-new", args=[neutral.pk])).content.decode()
    assert "only your side" not in shown
    assert "an idea of the secretariat that those in office on all sides see" in shown
