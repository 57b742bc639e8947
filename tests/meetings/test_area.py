"""Areas of a body that is being set up: ordered, renamed, merged, given up, led on each side.

Once it has met they change by every side's key: test_body_change.py.
"""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from meetings import operations
from meetings.models import Area
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.factories import (
    make_area,
    make_body,
    make_item,
    make_meeting,
    make_organisation,
    make_sitting,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def areas(cast) -> list[Area]:
    return [make_area(cast.group, name) for name in ("Aerospace", "Halal", "Energy")]


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def order(body) -> list[tuple[int, str]]:
    return [(area.number, area.name) for area in body.areas.current()]


def sentences(body) -> list[str]:
    return [entry.sentence for entry in Entry.objects.about(body)]


MAY = {"officer_my", "officer_ru", "neutral"}


@pytest.mark.parametrize("deed", ["area-rename", "area-merge", "area-give-up"])
def test_the_page_of_each_deed_opens_for_secretaries_alone(client, cast, areas, deed):
    for name, user in cast.people.items():
        client.force_login(user)
        status = client.get(reverse(deed, args=[areas[0].pk])).status_code
        assert status == (200 if name in MAY else 403), name


def test_an_area_of_a_body_one_may_not_know_of_does_not_exist(client, cast):
    area = make_area(make_body(is_public=False))
    client.force_login(cast.officer_my)
    for deed in ("area-rename", "area-merge", "area-give-up", "area-lead"):
        assert client.get(reverse(deed, args=[area.pk])).status_code == 404
    answer = client.post(reverse("area-move", args=[area.pk]), {"direction": "up"})
    assert answer.status_code == 404


def test_a_new_area_stands_last_with_its_commas_and_the_other_side_is_told(client, cast, areas):
    client.force_login(cast.officer_my)
    client.post(
        reverse("area-new", args=[cast.group.pk]),
        {"name": "Standards, metrology and accreditation", "name_ru": "Стандарты"},
    )
    assert order(cast.group)[-1] == (4, "Standards, metrology and accreditation")
    assert cast.group.areas.get(number=4).names == {"ru": "Стандарты"}
    assert {cast.officer_ru.email, cast.chair_ru.email, cast.neutral.email} == set(
        Notice.objects.values_list("email", flat=True)
    )


def test_two_areas_of_one_name_are_refused_in_words(client, cast, areas):
    client.force_login(cast.officer_my)
    answer = client.post(
        reverse("area-new", args=[cast.group.pk]), {"name": "Halal", "name_ru": "Халяль"}
    )
    shown = answer.content.decode()
    assert "This body has an area of this name already." in shown
    assert "Халяль" in shown  # what was typed is kept


# --- order ----------------------------------------------------------------------------


def test_an_area_moves_by_plain_buttons_one_place_up_and_down(client, cast, areas):
    client.force_login(cast.officer_ru)
    answer = client.post(reverse("area-move", args=[areas[2].pk]), {"direction": "up"})
    assert answer["Location"].endswith(f"#area-{areas[2].pk}")
    assert order(cast.group) == [(1, "Aerospace"), (2, "Energy"), (3, "Halal")]
    client.post(reverse("area-move", args=[areas[0].pk]), {"direction": "down"})
    assert order(cast.group) == [(1, "Energy"), (2, "Aerospace"), (3, "Halal")]
    assert sentences(cast.group)[0] == "put the area “Aerospace” in place 2"


def test_at_the_end_of_the_list_an_area_stays(cast, areas):
    operations.move_area(areas[0], by=cast.officer_my, up=True)
    operations.move_area(areas[2], by=cast.officer_my, up=False)
    assert [name for _number, name in order(cast.group)] == ["Aerospace", "Halal", "Energy"]
    assert sentences(cast.group) == []


def test_only_secretaries_move_areas(client, cast, areas):
    for name, user in cast.people.items():
        client.force_login(user)
        answer = client.post(reverse("area-move", args=[areas[1].pk]), {"direction": "up"})
        assert answer.status_code == (302 if name in MAY else 403), name


def test_a_direction_that_nobody_knows_is_no_page(client, cast, areas):
    client.force_login(cast.officer_my)
    address = reverse("area-move", args=[areas[1].pk])
    assert client.post(address, {"direction": "sideways"}).status_code == 404
    assert client.get(address).status_code == 405


# --- names ----------------------------------------------------------------------------


def test_a_new_name_keeps_the_old_one_for_the_time_before(client, cast, areas):
    client.force_login(cast.officer_my)
    client.post(
        reverse("area-rename", args=[areas[1].pk]),
        {"name": "Halal industry", "renamed_on": "2026-08-01", "name_ru": "Халяль"},
    )
    area = Area.objects.get(pk=areas[1].pk)
    assert area.label_on(date(2026, 7, 31)) == "Halal"
    assert area.label_on(date(2026, 8, 1)) == "Halal industry"
    assert sentences(cast.group) == ["renamed the area “Halal” from Aug. 1, 2026: “Halal industry”"]


def test_a_sitting_of_before_bears_the_name_of_its_day(client, cast, areas):
    operations.rename_area(
        areas[1], name="Halal industry", names={}, renamed_on=date(2026, 8, 1), by=cast.officer_my
    )
    meeting = make_meeting(cast.group, status="held", starts_on=date(2020, 5, 4))
    make_sitting(meeting, kind="consultation", area=areas[1], wall=time(10))
    shown = page(client, meeting.get_absolute_url())
    assert "consultation: Halal" in shown
    assert "Halal industry" not in shown


def test_a_correction_leaves_no_former_name(cast, areas):
    operations.rename_area(
        areas[1], name="Halal food", names={}, renamed_on=None, by=cast.officer_my
    )
    assert Area.objects.get(pk=areas[1].pk).former == []


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (None, date(2026, 9, 2), "A new name is entered once it holds."),
        (date(2026, 8, 1), date(2026, 8, 1), "It bore another name until 2026-07-31."),
        (date(2026, 8, 1), date(2026, 7, 1), "It bore another name until 2026-07-31."),
    ],
    ids=["in-the-future", "twice-that-day", "before-the-last"],
)
def test_names_follow_one_another_in_time(cast, areas, first, second, sentence):
    area = areas[1]
    if first:
        area = operations.rename_area(
            area, name="Halal food", names={}, renamed_on=first, by=cast.officer_my
        )
    with pytest.raises(Refused, match=sentence):
        operations.rename_area(
            area, name="Halal trade", names={}, renamed_on=second, by=cast.officer_my
        )


# --- merging and giving up ------------------------------------------------------------


def test_a_merged_area_keeps_its_items_and_leaves_the_list(client, cast, areas):
    item = make_item(make_meeting(cast.group), area=areas[0])
    client.force_login(cast.officer_my)
    client.post(reverse("area-merge", args=[areas[0].pk]), {"into": areas[2].pk})
    assert order(cast.group) == [(1, "Halal"), (2, "Energy")]
    item.refresh_from_db()
    assert item.area == areas[0]
    shown = page(client, reverse("body-areas", args=[cast.group.pk]))
    assert "merged into “Energy” after Mon 31 Aug 2026" in shown


def test_an_area_merges_only_into_one_of_the_same_body_in_use(client, cast, areas):
    elsewhere = make_area(cast.commission, "Elsewhere")
    with pytest.raises(Refused, match="same body that is in use"):
        operations.merge_areas(areas[0], into=elsewhere, by=cast.officer_my)
    with pytest.raises(Refused, match="same body that is in use"):
        operations.merge_areas(areas[0], into=areas[0], by=cast.officer_my)
    client.force_login(cast.officer_my)
    shown = page(client, reverse("area-merge", args=[areas[0].pk]))
    assert "Elsewhere" not in shown


def test_what_was_given_up_stands_as_it_was(cast, areas):
    operations.give_up_area(areas[1], last_day=TODAY, by=cast.officer_ru)
    assert order(cast.group) == [(1, "Aerospace"), (2, "Energy")]
    for deed in (
        lambda: operations.move_area(areas[1], by=cast.officer_my, up=True),
        lambda: operations.give_up_area(areas[1], last_day=TODAY, by=cast.officer_my),
        lambda: operations.rename_area(
            areas[1], name="New", names={}, renamed_on=None, by=cast.officer_my
        ),
    ):
        with pytest.raises(Refused, match="no longer in use"):
            deed()


def test_an_area_is_not_given_up_in_the_future(client, cast, areas):
    client.force_login(cast.officer_my)
    answer = client.post(reverse("area-give-up", args=[areas[1].pk]), {"last_day": "2026-09-02"})
    assert "Choose today or an earlier day." in answer.content.decode()


# --- who leads ------------------------------------------------------------------------


def test_a_side_names_who_leads_on_its_own_side_alone(client, cast, areas):
    client.force_login(cast.officer_my)
    client.post(
        reverse("area-lead", args=[areas[1].pk]),
        {
            f"side-{cast.malaysia.pk}-organisation": "JAKIM",
            f"side-{cast.russia.pk}-organisation": "Not theirs to say",
        },
    )
    assert [(one.party, one.organisation.name) for one in areas[1].leads.all()] == [
        (cast.malaysia, "JAKIM")
    ]
    with pytest.raises(NotYours, match="Only Russia names who leads"):
        operations.lead_area(areas[1], party=cast.russia, organisation=None, by=cast.officer_my)


def test_a_known_organisation_is_not_entered_twice_and_an_emptied_field_takes_the_lead_away(
    client, cast, areas
):
    known = make_organisation("Ministry of Energy", party=cast.russia)
    client.force_login(cast.chair_ru)
    address = reverse("area-lead", args=[areas[2].pk])
    client.post(address, {f"side-{cast.russia.pk}-organisation": "Ministry of Energy"})
    assert areas[2].leads.get().organisation == known
    client.post(address, {f"side-{cast.russia.pk}-organisation": ""})
    assert not areas[2].leads.exists()


def test_the_form_for_leads_does_not_show_the_other_sides_organisations(client, cast, areas):
    make_organisation("Их ведомство", party=cast.russia)
    client.force_login(cast.officer_my)
    assert "Их ведомство" not in page(client, reverse("area-lead", args=[areas[0].pk]))


def test_leads_stand_side_by_side_on_the_list(client, cast, areas):
    operations.lead_area(
        areas[0],
        party=cast.malaysia,
        organisation=make_organisation("MIDA", party=cast.malaysia),
        by=cast.neutral,
    )
    assert "MIDA" in page(client, reverse("body-areas", args=[cast.group.pk]))
    assert "MIDA" in page(client, cast.group.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_of_areas_costs_the_same_with_one_row_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for number in range(rows):
        area = make_area(cast.group)
        area.leads.create(party=cast.malaysia, organisation=make_organisation(party=cast.malaysia))
        if number:
            ended = make_area(cast.group)
            operations.merge_areas(ended, into=area, by=cast.officer_my)
    client.force_login(cast.officer_my)
    with django_assert_num_queries(12):
        page(client, reverse("body-areas", args=[cast.group.pk]))
