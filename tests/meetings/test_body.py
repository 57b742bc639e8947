"""Bodies: a tree, sides for a period, offices that reach down, pages for everybody."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from meetings.models import Body, BodyParty, Figure, standing
from tests.factories import (
    forget_standing,
    make_appointment,
    make_area,
    make_body,
    make_item,
    make_meeting,
    make_party,
    make_person,
    make_user,
    today,
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


def names(bodies) -> set[str]:
    return {body.name for body in bodies}


# --- the tree -------------------------------------------------------------------------


def test_a_body_knows_all_above_it_from_the_commission_down(db):
    commission = make_body()
    group = make_body(kind="working_group", parent=commission)
    sub_group = make_body(kind="sub_group", parent=group)
    assert sub_group.above == [commission.pk, group.pk]
    assert sub_group.lineage == {commission.pk, group.pk, sub_group.pk}
    assert commission.above == []


def test_a_body_that_moves_takes_its_branch_along(db):
    old, new = make_body(), make_body()
    group = make_body(kind="working_group", parent=old)
    sub_group = make_body(kind="sub_group", parent=group)
    group.parent = new
    group.save()
    sub_group.refresh_from_db()
    assert sub_group.above == [new.pk, group.pk]


def test_an_office_in_the_old_commission_ends_with_the_move(db):
    old, new = make_body(is_public=False), make_body(is_public=False)
    group = make_body(kind="working_group", parent=old, is_public=False)
    sub_group = make_body(kind="sub_group", parent=group, is_public=False)
    secretary = make_user("secretary", None, old)
    assert sub_group in Body.objects.visible_to(secretary)
    group.parent = new
    group.save()
    assert names(Body.objects.visible_to(secretary)) == {old.name}


def test_no_body_stands_beneath_itself(db):
    commission = make_body()
    group = make_body(kind="working_group", parent=commission)
    commission.parent = group
    with pytest.raises(ValidationError, match="cannot stand beneath itself"):
        commission.save()
    with pytest.raises(IntegrityError, match="no_body_is_above_itself"):
        Body.objects.filter(pk=group.pk).update(parent=group)


# --- sides ----------------------------------------------------------------------------


def test_the_sides_stand_in_the_bodys_order_and_the_readers_own_first(cast):
    assert cast.group.sides() == [cast.malaysia, cast.russia]
    assert cast.group.sides(cast.officer_ru) == [cast.russia, cast.malaysia]
    assert cast.group.sides(cast.outsider) == [cast.malaysia, cast.russia]


@pytest.mark.parametrize(
    ("since", "until", "sits"),
    [
        (None, None, True),
        (date(2026, 9, 1), None, True),
        (None, date(2026, 9, 1), True),
        (None, date(2030, 12, 31), True),
        (date(2026, 9, 2), None, False),
        (None, date(2026, 8, 31), False),
    ],
    ids=["ever", "from-today", "to-today", "ends-in-years", "from-tomorrow", "left"],
)
def test_a_party_is_a_side_from_its_first_to_its_last_day(db, since, until, sits):
    body = make_body(parties=[make_party("MY")])
    BodyParty.objects.create(body=body, party=make_party("RU"), order=2, since=since, until=until)
    assert (make_party("RU") in body.sides()) is sits
    seats = BodyParty.objects.on(TODAY).filter(body=body, party__code="ru")
    assert seats.exists() is sits


def test_the_sides_of_a_past_day_are_those_of_that_day(db):
    body = make_body(parties=[make_party("MY")])
    BodyParty.objects.create(body=body, party=make_party("AZ"), order=2, until=date(2020, 1, 1))
    assert body.sides(on=date(2019, 5, 1)) == [make_party("MY"), make_party("AZ")]
    assert body.sides() == [make_party("MY")]


def test_a_party_may_return_for_a_second_period(db):
    body = make_body(parties=[])
    for since, until in ((date(2010, 1, 1), date(2015, 1, 1)), (date(2020, 1, 1), None)):
        BodyParty.objects.create(body=body, party=make_party("AZ"), since=since, until=until)
    assert body.sides() == [make_party("AZ")]
    assert body.sides(on=date(2017, 1, 1)) == []


def test_a_seat_cannot_end_before_it_begins(db):
    with pytest.raises(IntegrityError, match="seat_ends_after_it_begins"):
        BodyParty.objects.create(
            body=make_body(parties=[]),
            party=make_party("AZ"),
            since=date(2020, 1, 1),
            until=date(2019, 1, 1),
        )


# --- offices --------------------------------------------------------------------------


def test_secretaries_and_focal_points_reach_down_and_co_chairs_do_not(cast):
    focal = make_user("focal_point", cast.malaysia, cast.commission)
    chair = make_user("chair", cast.malaysia, cast.commission)
    assert standing(cast.officer_my).is_secretary(cast.group)
    assert standing(focal).parties(cast.group, "focal_point") == {cast.malaysia.pk}
    assert standing(chair).parties(cast.group, "chair") == set()
    assert standing(chair).parties(cast.commission, "chair") == {cast.malaysia.pk}


def test_an_office_never_reaches_up(cast):
    assert not standing(cast.focal_my).is_member(cast.commission)
    assert standing(cast.focal_my).is_member(cast.group)


def test_only_a_secretary_without_a_side_is_neutral(cast):
    assert standing(cast.neutral).is_neutral(cast.group)
    assert not standing(cast.officer_my).is_neutral(cast.group)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (date(2026, 9, 1), None, True),
        (None, date(2026, 9, 1), True),
        (date(2026, 9, 2), None, False),
        (None, date(2026, 8, 31), False),
    ],
)
def test_an_office_is_held_from_its_first_to_its_last_day(cast, since, until, holds):
    user = make_user()
    make_appointment(user, cast.group, "chair", cast.malaysia, since=since, until=until)
    assert standing(user).is_member(cast.group) is holds


def test_an_office_that_ended_opens_nothing(cast):
    hidden = make_body(is_public=False)
    user = make_user("secretary", cast.malaysia, hidden)
    assert hidden in Body.objects.visible_to(user)
    user.person.appointments.update(until=date(2026, 8, 31))
    forget_standing(user)
    assert hidden not in Body.objects.visible_to(user)


@pytest.mark.parametrize("office", ["chair", "focal_point"])
def test_only_a_secretary_may_be_without_a_side(db, office):
    with pytest.raises(IntegrityError, match="only_a_secretary_may_be_neutral"):
        make_appointment(make_person(), make_body(), office)


def test_an_appointment_cannot_end_before_it_begins(db):
    with pytest.raises(IntegrityError, match="appointment_ends_after_it_begins"):
        make_appointment(since=date(2020, 1, 2), until=date(2020, 1, 1))


# --- the list of commissions ----------------------------------------------------------


def test_everybody_sees_the_commissions_with_the_bodies_beneath(client, cast):
    shown = page(client, reverse("bodies"))
    assert shown.index(cast.commission.name) < shown.index(cast.group.name)


def test_a_body_unknown_to_the_public_shows_only_to_its_own_people(client, cast):
    hidden = make_body(name="Hidden commission", is_public=False)
    secretary = make_user("secretary", cast.malaysia, hidden)
    for user, sees in ((None, False), (cast.officer_my, False), (secretary, True)):
        client.logout()
        if user:
            client.force_login(user)
        assert (hidden.name in page(client, reverse("bodies"))) is sees
        assert client.get(hidden.get_absolute_url()).status_code == (200 if sees else 404)


def test_a_public_group_under_a_hidden_commission_shows_without_naming_it(client, db):
    hidden = make_body(name="Hidden commission", is_public=False)
    group = make_body(kind="working_group", parent=hidden, name="Open group")
    assert group.name in page(client, reverse("bodies"))
    shown = page(client, group.get_absolute_url())
    assert hidden.name not in shown
    assert hidden.get_absolute_url() not in shown


def test_a_hidden_group_does_not_show_on_its_commissions_page(client, cast):
    group = make_body(
        kind="working_group", parent=cast.commission, name="Hidden group", is_public=False
    )
    assert group.name not in page(client, cast.commission.get_absolute_url())
    client.force_login(cast.officer_my)  # secretary of the commission, so of the group too
    assert group.name in page(client, cast.commission.get_absolute_url())


# --- the page of one body -------------------------------------------------------------


def test_a_body_shows_its_co_chairs_with_their_titles_and_a_vacant_chair(client, cast):
    user = make_user(full_name="Денис Ковалёв")
    make_appointment(user, cast.commission, "chair", cast.russia, title="Minister of Industry")
    shown = page(client, cast.commission.get_absolute_url())
    assert "Денис Ковалёв" in shown
    assert "Minister of Industry" in shown
    assert shown.count("Co-chair: vacant") == 1  # Malaysia's


def test_a_chair_of_the_commission_does_not_lead_the_group(client, cast):
    make_appointment(make_person("Big Chair"), cast.commission, "chair", cast.malaysia)
    shown = page(client, cast.group.get_absolute_url())
    assert "Big Chair" not in shown
    assert cast.officer_my.name in shown  # a secretary above is the group's too


def test_the_readers_own_side_stands_first_on_the_page(client, cast):
    client.force_login(cast.chair_ru)
    shown = page(client, cast.group.get_absolute_url())
    assert shown.index("<h3>Russian Federation</h3>") < shown.index("<h3>Malaysia</h3>")


def test_a_body_lists_its_areas_whole_even_with_a_comma(client, cast):
    make_area(cast.group, "Standards, metrology and accreditation")
    assert "<li>Standards, metrology and accreditation</li>" in page(
        client, cast.group.get_absolute_url()
    )


def test_a_figure_is_named_in_the_readers_language_with_unit_period_and_source(client, cast):
    Figure.objects.create(
        body=cast.group,
        name="Trade turnover",
        names={"ru": "Товарооборот"},
        value="2480.50",
        unit="million USD",
        period="2020",
        change="-12.5",
        source="Customs",
    )
    shown = page(client, cast.group.get_absolute_url())
    for words in ("Trade turnover", "2,480.50 million USD", "2020", "-12.5", "Customs"):
        assert words in shown
    client.cookies["django_language"] = "ru"
    assert "Товарооборот" in page(client, cast.group.get_absolute_url())


def test_a_whole_figure_has_no_empty_decimals():
    with translation.override("en"):
        assert Figure(value=Decimal("15.00")).value_words == "15"


def test_open_items_are_counted_only_for_those_who_may_read_them(client, cast):
    meeting = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    make_item(meeting)
    make_item(meeting, status="done")
    assert "open action item" not in page(client, cast.group.get_absolute_url())
    for user, sees in ((cast.outsider, False), (cast.focal_ru, True)):
        client.force_login(user)
        shown = page(client, cast.group.get_absolute_url())
        assert ("1 open action item<" in shown) is sees


def test_a_planned_meeting_is_on_the_bodys_page_for_people_in_office_alone(client, cast):
    make_meeting(cast.group, number=7)
    assert "7th meeting" not in page(client, cast.group.get_absolute_url())
    client.force_login(cast.chair_my)
    assert "7th meeting" in page(client, cast.group.get_absolute_url())


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer_my", True),
        ("officer_ru", True),
        ("neutral", True),
        ("chair_my", False),
        ("focal_ru", False),
        ("delegate", False),
        ("outsider", False),
    ],
)
def test_only_a_secretary_is_offered_to_schedule(client, cast, who, may):
    client.force_login(cast.people[who])
    address = reverse("meeting-new", args=[cast.group.pk])
    assert (address in page(client, cast.group.get_absolute_url())) is may


def test_a_name_with_markup_stays_a_name(client, db):
    body = make_body(name='<script>alert("x")</script>')
    for address in (reverse("bodies"), body.get_absolute_url()):
        assert "<script>alert" not in page(client, address)


# --- queries --------------------------------------------------------------------------


def grow(body, meetings, people):
    for number in range(meetings):
        make_meeting(body, status="announced", starts_on=date(2026, 10, 1 + number % 20))
        make_meeting(body, status="held", starts_on=date(2025, 3, 1 + number % 20))
        make_area(body)
        make_item(body.meetings.last(), owners={}, organisations={})
        make_body(kind="working_group", parent=body)
    for number in range(people):
        make_appointment(
            make_person(), body, "chair", make_party("MY" if number % 2 else "RU"), title="Minister"
        )


@pytest.mark.parametrize("rows", [1, 30])
def test_a_bodys_page_costs_the_same_with_one_row_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    grow(cast.commission, rows, rows)
    client.force_login(cast.officer_my)
    with django_assert_num_queries(19):
        page(client, cast.commission.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_of_commissions_costs_the_same_with_one_row_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for _number in range(rows):
        make_body(kind="working_group", parent=make_body())
    client.force_login(cast.officer_my)
    with django_assert_num_queries(8):
        page(client, reverse("bodies"))


def test_an_office_ends_with_the_seat_of_its_side(cast):
    assert standing(cast.officer_ru).is_secretary(cast.group)
    cast.commission.seats.filter(party=cast.russia).update(until=today() - timedelta(days=1))
    for user in (cast.officer_my, cast.officer_ru, cast.neutral):
        forget_standing(user)
    assert not standing(cast.officer_ru).held
    assert standing(cast.officer_my).is_secretary(cast.group)
    assert standing(cast.neutral).is_neutral(cast.group)


def test_an_office_stays_where_the_side_came_back(cast):
    seat = cast.group.seats.get(party=cast.russia)
    BodyParty.objects.create(body=cast.group, party=cast.russia, since=today())
    seat.until = today() - timedelta(days=1)
    seat.save()
    assert standing(cast.chair_ru).held
