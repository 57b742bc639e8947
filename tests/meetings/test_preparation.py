"""The next meeting from the last: what is chosen comes along, nothing is sent."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from meetings import operations
from meetings.models import Agenda, AgendaItem, Meeting, Participation, Rules
from portal.models import Entry, Notice
from portal.refusal import Refused
from tests.factories import make_area, make_item, make_meeting, make_person, make_sitting, today

LAST = date(2027, 3, 17)
NEXT = date(2028, 3, 15)
ALL = ("sittings", "agenda", "invited", "items")


@pytest.fixture
def area(cast):
    return make_area(cast.group, "Halal industry")


@pytest.fixture
def meeting(cast, area):
    """Held, with two sittings, an agenda of three points, an observer and an open item."""
    meeting = make_meeting(cast.group, "held", starts_on=LAST, days=2, about="Industry.")
    make_sitting(
        meeting, day=LAST - timedelta(days=1), kind="consultation", area=area, level="experts"
    )
    make_sitting(meeting, wall=time(15), join_link="https://video.example.org/1", languages=["ru"])
    make_sitting(meeting, day=LAST + timedelta(days=1), status="cancelled")
    agenda = Agenda.objects.create(meeting=meeting, status="adopted")
    trade = AgendaItem.objects.create(agenda=agenda, position=1, title="Trade", is_open=False)
    AgendaItem.objects.create(agenda=agenda, position=1, parent=trade, title="Customs", area=area)
    AgendaItem.objects.create(agenda=agenda, position=2, title="Late", status="late")
    for capacity in ("observer", "ambassador"):
        Participation.objects.create(
            meeting=meeting, person=make_person(capacity), capacity=capacity, title="Guest"
        )
    make_item(meeting, "Exchange the lists.")
    make_item(meeting, "Done long ago.", status="done")
    return meeting


def prepare(meeting, by, *chosen, starts_on=NEXT) -> Meeting:
    return operations.prepare_next(meeting, starts_on=starts_on, chosen=chosen, by=by)


def test_it_begins_as_an_idea_of_the_own_side_under_the_next_number(cast, meeting):
    following = prepare(meeting, cast.officer_my, *ALL)
    assert (following.status, following.side, following.number) == ("idea", cast.malaysia, 2)
    assert (following.starts_on, following.ends_on) == (NEXT, NEXT + timedelta(days=1))
    assert following.prepared_from == meeting
    seen = {
        name
        for name, user in cast.people.items()
        if Meeting.objects.visible_to(user).filter(pk=following.pk).exists()
    }
    assert seen == {"officer_my", "chair_my", "focal_my"}


def test_the_neutral_secretariat_prepares_for_all_sides(cast, meeting):
    following = prepare(meeting, cast.neutral, *ALL)
    assert following.side is None
    assert Meeting.objects.visible_to(cast.officer_ru).filter(pk=following.pk).exists()


def test_nothing_is_sent_and_the_history_says_where_it_came_from(cast, meeting):
    following = prepare(meeting, cast.officer_my, *ALL)
    assert not Notice.objects.exists()
    entry = Entry.objects.about(following).get()
    assert (entry.verb, entry.private_to) == ("meeting.prepared", cast.malaysia)


def test_sittings_come_at_the_same_time_of_day_without_room_or_link(cast, meeting, area):
    following = prepare(meeting, cast.officer_my, "sittings")
    rows = [
        (one.day, one.wall, one.kind, one.area, one.level, one.languages, one.room, one.join_link)
        for one in following.sittings.all()
    ]
    assert rows == [
        (date(2028, 3, 14), time(15), "consultation", area, "experts", [], None, ""),
        (NEXT, time(15), "plenary", None, "", ["ru"], None, ""),
    ]
    assert not Agenda.objects.filter(meeting=following).exists()


def test_the_agenda_comes_as_a_tree_with_new_identities_and_without_late_points(cast, meeting):
    following = prepare(meeting, cast.officer_my, "agenda")
    points = list(following.agenda.items.order_by("pk"))
    assert [(one.title, one.parent and one.parent.title) for one in points] == [
        ("Trade", None),
        ("Customs", "Trade"),
    ]
    assert not points[0].is_open
    old = {one.uid for one in meeting.agenda.items.all()}
    assert not old & {one.uid for one in points}
    assert following.agenda.status == "provisional"


def test_open_items_come_as_a_point_that_names_each(cast, meeting):
    following = prepare(meeting, cast.officer_my, "agenda", "items")
    last = following.agenda.items.filter(parent=None).last()
    assert last.title == "Implementation of what was agreed before"
    assert last.text == "MY-RU-WG-1-1 · Exchange the lists."
    assert last.position == 2


def test_only_observers_and_invited_experts_come_along(cast, meeting):
    following = prepare(meeting, cast.officer_my, "invited")
    assert [one.capacity for one in following.participations.all()] == ["observer"]


def test_an_area_that_was_merged_since_comes_as_the_one_it_became(cast, meeting, area):
    wider = make_area(cast.group, "Food industry")
    area.number, area.until, area.merged_into = None, LAST, wider
    area.save()
    following = prepare(meeting, cast.officer_my, "sittings")
    assert following.sittings.first().area == wider


def test_deadlines_follow_from_the_rules_of_the_new_day(cast, meeting):
    rules = Rules.objects.create(body=cast.commission, since=date(2028, 1, 1))
    rules.deadlines.create(what="papers", days=10)
    following = prepare(meeting, cast.officer_my)
    assert [one.due_on for one in following.deadlines.all()] == [date(2028, 3, 5)]


def test_a_time_that_the_clocks_skip_is_refused_and_nothing_stays(cast):
    meeting = make_meeting(cast.group, "held", starts_on=date(2027, 3, 17))
    make_sitting(meeting, wall=time(2, 30), zone="Europe/Berlin")
    with pytest.raises(Refused, match="never show 02:30"):
        prepare(meeting, cast.officer_my, "sittings", starts_on=date(2028, 3, 26))
    assert Meeting.objects.count() == 1


def test_an_unnumbered_meeting_is_followed_by_an_unnumbered_one(cast):
    meeting = make_meeting(cast.group, "held", starts_on=LAST, series="co_chairs")
    following = prepare(meeting, cast.officer_ru)
    assert (following.series, following.number) == ("co_chairs", None)


def test_a_meeting_that_was_cancelled_can_be_the_input_of_the_next_attempt(cast, meeting):
    cancelled = make_meeting(cast.group, "cancelled", starts_on=LAST)
    make_sitting(cancelled)
    following = prepare(cancelled, cast.officer_my, "sittings")
    assert following.sittings.count() == 1


def test_the_page_offers_what_there_is_and_a_day_on_which_all_work(client, cast, meeting):
    client.force_login(cast.officer_my)
    page = client.get(reverse("meeting-prepare", args=[meeting.pk])).content.decode()
    assert "2 sittings, at the same times of day" in page
    assert "1 observer or invited expert" in page
    assert "1 open action item, as a point of the agenda" in page
    answer = client.post(
        reverse("meeting-prepare", args=[meeting.pk]),
        {"starts_on": "2028-03-15", "chosen": ["sittings", "items"]},
    )
    following = Meeting.objects.latest("pk")
    assert answer.url == following.get_absolute_url()
    assert following.sittings.count() == 2


def test_a_day_in_the_past_is_refused_and_the_choice_is_kept(client, cast, meeting):
    client.force_login(cast.officer_my)
    page = client.post(
        reverse("meeting-prepare", args=[meeting.pk]),
        {"starts_on": str(today()), "chosen": ["items"]},
    ).content.decode()
    assert "Choose a day that lies ahead." in page
    assert page.count("checked") == 1
    assert Meeting.objects.count() == 1


def test_only_secretaries_prepare_a_meeting(client, cast, meeting):
    for name, user in cast.people.items():
        client.force_login(user)
        status = client.get(reverse("meeting-prepare", args=[meeting.pk])).status_code
        assert (status == 200) == (name in {"officer_my", "officer_ru", "neutral"}), name
