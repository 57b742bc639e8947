"""Points for the reports of the bodies beneath: offered in the order of the tree, chosen."""

import pytest
from django.urls import reverse
from django.utils import translation

from meetings import operations
from meetings.agenda import lines, reporting, tree
from meetings.models import Agenda, AgendaItem, Meeting
from tests.factories import make_body, make_meeting

GROUPS = "Reports of the committees and groups"


@pytest.fixture
def meeting(cast):
    return make_meeting(cast.commission, "announced")


@pytest.fixture
def bodies(cast):
    """Beneath the commission: a committee with two groups, a group, and one that is closed."""
    committee = make_body(
        kind="committee",
        parent=cast.commission,
        name="Committee on Energy",
        names={"ru": "Комитет по энергетике"},
    )
    wind = make_body(kind="sub_group", parent=committee, name="Group on Wind")
    gas = make_body(kind="sub_group", parent=committee, name="Group on Gas", is_public=False)
    make_body(kind="working_group", parent=cast.commission, name="Ended", status="closed")
    return [committee, gas, wind, cast.group]


def titles(meeting) -> list[str]:
    points = tree(AgendaItem.objects.listed().filter(agenda__meeting=meeting))
    return [f"{point.number} {point.item.title}" for point in lines(points)]


def test_living_bodies_are_offered_in_the_order_of_the_tree(client, cast, meeting, bodies):
    assert reporting(meeting, cast.officer_my) == bodies
    client.force_login(cast.officer_my)
    shown = client.get(reverse("agenda", args=[meeting.pk])).content.decode()
    places = [shown.index(body.name) for body in bodies]
    assert places == sorted(places)
    assert "Ended" not in shown
    assert "checked" not in shown


def test_only_what_was_chosen_gets_a_point(client, cast, meeting, bodies):
    client.force_login(cast.officer_my)
    chosen = {"reports": [str(bodies[3].pk), str(bodies[0].pk)]}
    client.post(reverse("agenda-begin", args=[meeting.pk]), chosen)
    found = titles(meeting)
    start = next(index for index, title in enumerate(found) if title.endswith(GROUPS))
    assert [one.partition(" ")[2] for one in found[start : start + 3]] == [
        GROUPS,
        "Report: Committee on Energy",
        "Report: Working Group on Industry",
    ]
    assert found[start + 1].split()[0] == f"{found[start].split()[0]}.1"
    assert found[-1].endswith("Adoption and signing of the record")


def test_nothing_chosen_leaves_the_usual_points_alone(client, cast, meeting, bodies):
    client.force_login(cast.officer_my)
    client.post(reverse("agenda-begin", args=[meeting.pk]))
    assert not [one for one in titles(meeting) if "eport" in one]


def test_a_single_report_stands_by_itself_on_the_agenda(cast, meeting, bodies):
    operations.begin_agenda(meeting, reports=[cast.group], by=cast.officer_my)
    point = AgendaItem.objects.get(title="Report: Working Group on Industry")
    assert point.parent is None
    assert not AgendaItem.objects.filter(title=GROUPS).exists()


def test_a_report_bears_the_bodys_own_name_in_each_language(cast, meeting, bodies):
    operations.begin_agenda(meeting, reports=bodies, by=cast.officer_my)
    point = AgendaItem.objects.get(title="Report: Committee on Energy")
    with translation.override("ru"):
        assert "Комитет по энергетике" in point.label


def test_the_report_of_a_body_unknown_to_the_public_is_a_closed_point(cast, meeting, bodies):
    operations.begin_agenda(meeting, reports=bodies, by=cast.officer_my)
    closed = AgendaItem.objects.filter(title__startswith="Report:", is_open=False)
    assert [point.title for point in closed] == ["Report: Group on Gas"]
    Agenda.objects.update(status="agreed")
    seen = AgendaItem.objects.visible_to(None).values_list("title", flat=True)
    assert "Report: Group on Gas" not in seen
    assert "Report: Group on Wind" in seen


def test_a_body_that_is_not_beneath_cannot_be_chosen(client, cast, meeting, bodies):
    stranger = make_body(name="Of strangers")
    client.force_login(cast.officer_my)
    answer = client.post(
        reverse("agenda-begin", args=[meeting.pk]), {"reports": [str(stranger.pk)]}, follow=True
    )
    assert "One of the bodies has just gone. Choose the reports again." in answer.content.decode()
    assert not Agenda.objects.filter(meeting=meeting).exists()


@pytest.mark.parametrize("who", ["chair_my", "focal_ru", "delegate", "outsider"])
def test_whoever_may_not_begin_an_agenda_is_offered_no_reports(client, cast, meeting, bodies, who):
    client.force_login(cast.people[who])
    answer = client.get(reverse("agenda", args=[meeting.pk]))
    assert not answer.context or not answer.context.get("begin_form")


def test_the_next_meeting_gets_the_reports_that_were_chosen(client, cast, meeting, bodies):
    Meeting.objects.update(status="held")
    client.force_login(cast.officer_my)
    address = reverse("meeting-prepare", args=[meeting.pk])
    assert "Committee on Energy" in client.get(address).content.decode()
    client.post(
        address, {"starts_on": "2030-03-15", "reports": [str(body.pk) for body in bodies[:2]]}
    )
    following = Meeting.objects.latest("pk")
    assert titles(following) == [
        f"1 {GROUPS}",
        "1.1 Report: Committee on Energy",
        "1.2 Report: Group on Gas",
    ]


def test_a_report_that_comes_along_with_the_agenda_is_not_doubled(cast, meeting, bodies):
    operations.begin_agenda(meeting, reports=bodies[:2], by=cast.officer_my)
    Meeting.objects.update(status="held")
    following = operations.prepare_next(
        meeting,
        starts_on=meeting.starts_on.replace(year=2030),
        chosen=["agenda"],
        reports=bodies[1:3],
        by=cast.officer_my,
    )
    reports = [one.partition(" ")[2] for one in titles(following) if "eport" in one]
    assert reports == [
        GROUPS,
        "Report: Committee on Energy",
        "Report: Group on Gas",
        "Report: Group on Wind",
    ]
