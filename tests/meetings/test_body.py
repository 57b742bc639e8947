"""Bodies: a tree, sides for a period, offices that reach down, pages for everybody."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from meetings import operations
from meetings.models import (
    Appointment,
    Area,
    Body,
    BodyChange,
    BodyParty,
    Figure,
    MeetingNumber,
    Remark,
    standing,
)
from meetings.transitions import BODY, CHANGE, MEETING
from meetings.work import work_for
from portal.models import Entry, Key, Notice
from portal.refusal import NotYours, Refused
from tests.factories import (
    forget_standing,
    make_appointment,
    make_area,
    make_body,
    make_change,
    make_item,
    make_meeting,
    make_organisation,
    make_paper,
    make_party,
    make_person,
    make_report,
    make_sitting,
    make_user,
    today,
)
from tests.snapshot import assert_message_stored

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
    forget_standing(secretary)
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
    with django_assert_num_queries(23):
        page(client, cast.commission.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_of_commissions_costs_the_same_with_one_row_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for _number in range(rows):
        make_body(kind="working_group", parent=make_body())
    client.force_login(cast.officer_my)
    with django_assert_num_queries(9):
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


# --- the page, whole ------------------------------------------------------------------


def test_each_half_says_what_its_side_calls_the_body_and_which_ministry_leads(client, cast):
    seat = cast.group.seats.get(party=cast.russia)
    seat.names = {"en": "Subgroup on Industry", "ru": "Подгруппа по промышленности"}
    seat.lead = make_organisation("Minpromtorg", party=cast.russia)
    seat.save()
    shown = page(client, cast.group.get_absolute_url())
    assert "Subgroup on Industry" in shown
    assert "Minpromtorg" in shown
    client.cookies["django_language"] = "ru"
    assert "Подгруппа по промышленности" in page(client, cast.group.get_absolute_url())


def test_several_co_chairs_of_one_side_stand_in_their_order(client, cast):
    for order, name in ((2, "Second Chair"), (1, "First Chair")):
        make_appointment(make_person(name), cast.commission, "chair", cast.malaysia, order=order)
    shown = page(client, cast.commission.get_absolute_url())
    assert shown.index("First Chair") < shown.index("Second Chair")


def test_a_deputy_of_the_commission_is_no_deputy_of_the_group(client, cast):
    make_appointment(make_person("Big Deputy"), cast.commission, "deputy", cast.malaysia)
    assert "Big Deputy" in page(client, cast.commission.get_absolute_url())
    assert "Big Deputy" not in page(client, cast.group.get_absolute_url())


def test_past_meetings_come_page_by_page(client, cast):
    for number in range(1, 18):
        make_meeting(cast.group, status="held", starts_on=date(2000 + number, 3, 2), number=number)
    shown = page(client, cast.group.get_absolute_url())
    assert "17th meeting" in shown
    assert "2nd meeting" not in shown.replace("12nd", "")
    assert "2nd meeting" in page(client, cast.group.get_absolute_url() + "?page=2")


def test_a_joint_meeting_is_listed_in_each_body_under_its_own_number(client, cast):
    other = make_body(kind="working_group", parent=cast.commission, name="Group on Trade")
    meeting = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2), number=5)
    MeetingNumber.objects.create(meeting=meeting, body=other, series="ordinary", number=9)
    shown = page(client, other.get_absolute_url())
    assert "9th meeting" in shown
    assert "jointly with the Working Group on Industry" in shown
    assert "5th meeting" in page(client, cast.group.get_absolute_url())


def test_an_idea_of_one_side_is_not_on_the_other_sides_page_of_the_body(client, cast):
    make_meeting(cast.group, status="idea", side=cast.malaysia, number=77)
    for user, sees in ((cast.chair_my, True), (cast.chair_ru, False), (cast.officer_ru, False)):
        client.force_login(user)
        assert ("77th meeting" in page(client, cast.group.get_absolute_url())) is sees


def test_open_items_stand_by_area_with_what_each_side_reports(client, cast):
    area = make_area(cast.group, "Halal industry")
    held = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    item = make_item(held, area=area, due_on=date(2026, 8, 1))
    make_item(held, area=area, status="done")
    make_report(item, cast.russia, "delayed")
    client.force_login(cast.chair_my)
    shown = page(client, cast.group.get_absolute_url())
    table = shown[shown.index("Open action items by area and side") :]
    for words in ("Halal industry", "1 overdue", "1 no report", "1 delayed"):
        assert words in table
    client.force_login(cast.outsider)
    assert "Open action items by area" not in page(client, cast.group.get_absolute_url())


def test_one_sides_own_papers_are_listed_for_that_side_alone(client, cast):
    make_paper(cast.group, "Brief for our minister", access="internal", party=cast.malaysia)
    make_paper(cast.group, "Founding agreement", access="public")
    for user, sees in ((cast.chair_my, True), (cast.chair_ru, False), (cast.outsider, False)):
        client.force_login(user)
        shown = page(client, cast.group.get_absolute_url())
        assert ("Brief for our minister" in shown) is sees
        assert "Founding agreement" in shown


def test_remarks_and_sources_of_the_body_show_but_not_those_of_a_meeting(client, cast):
    meeting = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    Remark.objects.create(
        body=cast.group,
        text="The two texts differ.",
        party=cast.russia,
        source="https://example.org/protocol",
    )
    Remark.objects.create(body=cast.group, meeting=meeting, text="Only of that meeting.")
    shown = page(client, cast.group.get_absolute_url())
    assert "The two texts differ." in shown
    assert "Russia" in shown[shown.index("The two texts differ.") :]
    assert 'href="https://example.org/protocol"' in shown
    assert "Only of that meeting." not in shown


# --- the tree as a picture ------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("never_convened", "Never convened"),
        ("dormant", "Dormant"),
        ("suspended", "Suspended"),
        ("closed", "Closed"),
    ],
)
def test_the_tree_says_by_word_and_by_shape_how_a_body_stands(client, cast, status, word):
    make_body(kind="sub_group", parent=cast.group, name="Below", status=status)
    for address in (cast.commission.get_absolute_url(), reverse("bodies")):
        shown = page(client, address)
        assert f"tree-{status}" in shown
        assert word in shown


def test_the_tree_hangs_three_levels_and_marks_where_one_is(client, cast):
    make_body(kind="sub_group", parent=cast.group, name="Sub-group on Halal")
    shown = page(client, cast.group.get_absolute_url())
    tree = shown[shown.index('id="tree"') :]
    assert tree.index(cast.commission.name) < tree.index(cast.group.name)
    assert tree.index(cast.group.name) < tree.index("Sub-group on Halal")
    assert f'<strong aria-current="true">{cast.group.name}</strong>' in tree


def test_the_tree_says_when_a_body_met_last_without_betraying_what_is_hidden(client, cast):
    make_meeting(cast.group, status="held", starts_on=date(2024, 3, 2), was_announced=True)
    make_meeting(
        cast.group, status="held", starts_on=date(2025, 4, 5), number=2, was_announced=False
    )
    assert "last met 2 Mar 2024" in page(client, reverse("bodies"))


# --- as of that day -------------------------------------------------------------------


@pytest.fixture
def long_ago(cast):
    """A meeting of 2015, when the group, a party and its chair were others."""
    cast.group.former = [{"until": "2019-12-31", "name": "Group on Machinery", "names": {}}]
    cast.group.save()
    cast.russia.former = [
        {"until": "2017-12-31", "short_name": "Old Russia", "name": "Old Federation"}
    ]
    cast.russia.save()
    make_appointment(
        make_person("Chair Of Then", party=cast.russia),
        cast.group,
        "chair",
        since=date(2014, 1, 1),
        until=date(2018, 1, 1),
        title="Minister of Then",
    )
    cast.group.appointments.filter(person=cast.chair_ru.person).update(since=date(2018, 1, 2))
    return make_meeting(cast.group, status="held", starts_on=date(2015, 5, 4))


def test_a_meeting_years_ago_shows_names_and_chairs_of_that_day(client, cast, long_ago):
    shown = page(client, long_ago.get_absolute_url())
    for words in ("Group on Machinery", "Old Russia", "Chair Of Then", "Minister of Then"):
        assert words in shown
    assert cast.chair_ru.name not in shown
    assert "Group on Machinery" in page(client, reverse("meetings"))


def test_the_body_itself_shows_the_names_and_chairs_of_today(client, cast, long_ago):
    shown = page(client, cast.group.get_absolute_url())
    assert cast.chair_ru.name in shown
    assert "Group on Machinery" not in shown
    assert "Old Russia" not in shown
    assert "Chair Of Then" not in shown


def test_a_party_that_left_is_a_side_of_the_meetings_before(client, cast):
    cast.group.seats.filter(party=cast.russia).update(until=date(2020, 12, 31))
    before = make_meeting(cast.group, status="held", starts_on=date(2019, 5, 4))
    after = make_meeting(cast.group, status="held", starts_on=date(2022, 5, 4))
    assert before.sides() == [cast.malaysia, cast.russia]
    assert after.sides() == [cast.malaysia]
    assert "Russia" not in page(client, after.get_absolute_url())


# --- changing what all know -----------------------------------------------------------

SECRETARIES = {"officer_my", "officer_ru", "neutral"}


def typed(body, **more) -> dict:
    """The form of a body as the browser sends it."""
    facts = {
        "kind": body.kind,
        "name": body.name,
        "founding_instrument": "",
        "founded_words": "",
        "founded_on": "",
        "numerals": "ordinal",
        "revision": body.revision,
        **{f"name_{code}": name for code, name in body.names.items()},
    }
    return {**facts, **({"parent": body.parent_id} if body.parent_id else {}), **more}


@pytest.mark.parametrize("deed", ["body-change", "body-new"])
def test_only_secretaries_change_a_body_and_add_one_beneath(client, cast, deed):
    for name, user in cast.people.items():
        client.force_login(user)
        status = client.get(reverse(deed, args=[cast.group.pk])).status_code
        assert status == (200 if name in SECRETARIES else 403), name


def test_a_new_name_from_a_day_keeps_the_old_one_and_is_told_at_once(client, cast):
    client.force_login(cast.officer_my)
    client.post(
        reverse("body-change", args=[cast.group.pk]),
        typed(cast.group, name="Group on Digital Industry", renamed_on="2026-07-01"),
    )
    body = Body.objects.get(pk=cast.group.pk)
    assert body.label == "Group on Digital Industry"
    assert body.label_on(date(2026, 6, 30)) == "Working Group on Industry"
    assert body.revision == 2
    notices = Notice.objects.filter(template="meetings/emails/body_changed")
    assert set(notices.values_list("email", flat=True)) == {
        cast.officer_ru.email,
        cast.chair_ru.email,
        cast.neutral.email,
    }
    assert "“Working Group on Industry” is now “Group on Digital Industry”" in notices[0].body


def test_a_correction_of_the_name_leaves_no_former_one(cast):
    operations.change_body(
        cast.group, changes={"name": "Group"}, renamed_on=None, revision=1, by=cast.officer_my
    )
    assert Body.objects.get(pk=cast.group.pk).former == []


def test_a_name_in_another_language_is_kept_where_the_form_has_no_field_for_it(client, cast):
    cast.group.names = {"xx": "Unknown tongue", "ru": "Группа"}
    cast.group.save()
    client.force_login(cast.officer_my)
    client.post(
        reverse("body-change", args=[cast.group.pk]), typed(cast.group, name_ru="Рабочая группа")
    )
    assert Body.objects.get(pk=cast.group.pk).names == {
        "xx": "Unknown tongue",
        "ru": "Рабочая группа",
    }


def test_the_second_of_two_who_change_a_body_sees_what_changed_and_loses_nothing(client, cast):
    operations.change_body(
        cast.group, changes={"name": "Theirs"}, renamed_on=None, revision=1, by=cast.officer_ru
    )
    client.force_login(cast.officer_my)
    address = reverse("body-change", args=[cast.group.pk])
    answer = client.post(address, typed(cast.group, name="Ours"))
    shown = answer.content.decode()
    assert "Somebody changed this body since you opened it." in shown
    assert "Theirs" in shown
    assert 'value="Ours"' in shown
    assert client.post(address, typed(cast.group, name="Ours", revision=2)).status_code == 302
    assert Body.objects.get(pk=cast.group.pk).name == "Ours"


def test_a_cycle_is_refused_with_a_sentence(client, cast):
    below = make_body(kind="sub_group", parent=cast.group, name="Below")
    client.force_login(cast.neutral)
    answer = client.post(
        reverse("body-change", args=[cast.group.pk]), typed(cast.group, parent=below.pk)
    )
    assert "Below is this body or stands beneath it. Choose a body above it." in (
        answer.content.decode()
    )
    cast.group.refresh_from_db()
    assert cast.group.parent == cast.commission


def test_a_body_does_not_move_beneath_another_commission(client, cast):
    elsewhere = make_body(name="Another commission")
    make_appointment(cast.officer_my, elsewhere, "secretary", cast.malaysia)
    client.force_login(cast.officer_my)
    answer = client.post(
        reverse("body-change", args=[cast.group.pk]), typed(cast.group, parent=elsewhere.pk)
    )
    assert answer.status_code == 200
    cast.group.refresh_from_db()
    assert cast.group.parent == cast.commission


def test_a_body_beneath_starts_as_never_convened_with_the_chosen_sides(client, cast):
    client.force_login(cast.officer_ru)
    answer = client.post(
        reverse("body-new", args=[cast.group.pk]),
        {
            "kind": "sub_group",
            "name": "Sub-group on Halal",
            "name_ru": "Подгруппа",
            "parties": [cast.malaysia.pk, cast.russia.pk],
            "numerals": "roman",
            "is_public": "on",
        },
    )
    body = Body.objects.get(name="Sub-group on Halal")
    assert answer["Location"] == body.get_absolute_url()
    assert (body.parent, body.status, body.names) == (
        cast.group,
        "never_convened",
        {"ru": "Подгруппа"},
    )
    assert body.sides() == [cast.malaysia, cast.russia]
    assert body.code.startswith("my-ru-wg-")
    assert cast.officer_my.email in Notice.objects.values_list("email", flat=True)


def test_a_code_that_is_taken_is_refused_and_what_was_typed_is_kept(client, cast):
    client.force_login(cast.officer_ru)
    answer = client.post(
        reverse("body-new", args=[cast.commission.pk]),
        {
            "kind": "sub_group",
            "name": "Typed name",
            "code": "my-ru-wg",
            "parties": [cast.malaysia.pk],
            "numerals": "ordinal",
        },
    )
    shown = answer.content.decode()
    assert "already exists" in shown
    assert "Typed name" in shown


def test_a_body_beneath_a_hidden_one_is_not_shown_to_the_public(client, cast):
    hidden = make_body(is_public=False)
    make_appointment(cast.neutral, hidden, "secretary")
    client.force_login(cast.neutral)
    answer = client.post(
        reverse("body-new", args=[hidden.pk]),
        {
            "kind": "sub_group",
            "name": "Open",
            "parties": [cast.malaysia.pk],
            "numerals": "ordinal",
            "is_public": "on",
        },
    )
    assert "so this one cannot be" in answer.content.decode()


# --- what belongs to one side ---------------------------------------------------------


def test_a_side_says_itself_what_it_calls_the_body_and_who_leads(client, cast):
    address = reverse("body-side", args=[cast.group.pk, cast.russia.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        may = name in {"officer_ru", "chair_ru", "neutral"}
        assert client.get(address).status_code == (200 if may else 403), name
    client.force_login(cast.chair_ru)
    client.post(address, {"name_ru": "Подгруппа", "lead": "Minpromtorg"})
    seat = cast.group.seats.get(party=cast.russia)
    assert (seat.names, seat.lead.name, seat.lead.party) == (
        {"ru": "Подгруппа"},
        "Minpromtorg",
        cast.russia,
    )
    with pytest.raises(NotYours):
        operations.change_seat(seat, changes={"names": {}}, by=cast.officer_my)


# --- how a body stands ----------------------------------------------------------------

STATES = [status.value for status in Body.Status]


@pytest.mark.parametrize("status", STATES)
def test_the_state_matrix_of_a_body(cast, status):
    body = make_body(parent=cast.commission, kind="working_group", status=status)
    expected = {
        "never_convened": {"convene"},
        "active": {"rest"},
        "dormant": {"convene"},
        "suspended": set(),
        "closed": set(),
    }
    for name, user in cast.people.items():
        offered = {one.transition.name for one in BODY.offers(body, user)}
        assert offered == (expected[status] if name in SECRETARIES else set()), name


@pytest.mark.parametrize("name", ["suspend", "close", "reopen"])
def test_what_takes_every_sides_key_is_no_deed_of_one_side(client, cast, name):
    client.force_login(cast.officer_my)
    answer = client.post(reverse("body-do", args=[cast.group.pk, name]), {"reason": "Alone."})
    assert answer.status_code == 404
    with pytest.raises(NotYours):
        BODY.perform(cast.group, name, by=cast.officer_my, reason="Alone.")


def test_a_dormant_body_asks_for_its_reason_and_wakes_when_it_meets(cast):
    with pytest.raises(Refused, match="Write a reason"):
        BODY.perform(cast.group, "rest", by=cast.officer_my)
    BODY.perform(cast.group, "rest", by=cast.officer_my, reason="No meeting since 2019.")
    assert cast.officer_ru.email in Notice.objects.values_list("email", flat=True)
    meeting = make_meeting(cast.group, status="announced", starts_on=date(2026, 8, 31))
    make_sitting(meeting)
    MEETING.perform(meeting, "begin", by=cast.officer_my)
    cast.group.refresh_from_db()
    assert cast.group.status == "active"


def test_a_suspended_body_announces_nothing_and_schedules_nothing(client, cast):
    body = make_body(kind="working_group", parent=cast.commission, status="suspended")
    meeting = make_meeting(body, status="agreed")
    offers = {one.transition.name: one.blockers for one in MEETING.offers(meeting, cast.officer_my)}
    assert "This body is “Suspended”. Reopen it first." in offers["announce"]
    client.force_login(cast.officer_my)
    assert reverse("meeting-new", args=[body.pk]) not in page(client, body.get_absolute_url())


# --- what takes every side's key ------------------------------------------------------


def propose(cast, kind="suspend", by=None, party=None, **fields) -> BodyChange:
    change = BodyChange(body=cast.group, kind=kind, reason="Note verbale 12/2026.", **fields)
    by = by or cast.officer_my
    return operations.propose_change(change, party=party or cast.malaysia, by=by)


def test_one_side_suspends_nothing_the_last_key_does(cast):
    change = propose(cast)
    cast.group.refresh_from_db()
    assert (change.status, cast.group.status) == ("open", "active")
    asked = Notice.objects.filter(template="meetings/emails/body_key_awaited")
    assert set(asked.values_list("email", flat=True)) == {
        cast.officer_ru.email,
        cast.chair_ru.email,
    }
    operations.agree_change(change, party=cast.russia, revision=1, by=cast.chair_ru)
    change.refresh_from_db()
    cast.group.refresh_from_db()
    assert (change.status, cast.group.status) == ("done", "suspended")
    entry = Entry.objects.about(cast.group).first()
    assert (entry.reason, entry.actor) == ("Note verbale 12/2026.", None)
    assert str(entry) == "Malaysia, Russia: suspended the body"


def test_of_three_sides_two_keys_are_not_enough(db):
    sides = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(sides)
    officers = [make_user("secretary", party, body) for party in sides]
    change = operations.propose_change(
        BodyChange(body=body, kind="close", reason="Its work is done."),
        party=sides[0],
        by=officers[0],
    )
    operations.agree_change(change, party=sides[1], revision=1, by=officers[1])
    body.refresh_from_db()
    assert body.status == "active"
    operations.agree_change(change, party=sides[2], revision=1, by=officers[2])
    body.refresh_from_db()
    assert body.status == "closed"


def test_a_side_gives_its_own_key_alone(client, cast):
    change = propose(cast)
    for name, user in cast.but("officer_ru", "chair_ru").items():
        with pytest.raises(NotYours):
            operations.agree_change(change, party=cast.russia, revision=1, by=user)
        assert name
    client.force_login(cast.officer_ru)
    client.post(
        reverse("body-change-key", args=[change.pk]),
        {"party": cast.russia.pk, "revision": 1, "action": "give"},
    )
    cast.group.refresh_from_db()
    assert cast.group.status == "suspended"


def test_a_key_can_be_taken_back_while_others_are_missing(client, cast):
    change = propose(cast)
    client.force_login(cast.officer_my)
    client.post(
        reverse("body-change-key", args=[change.pk]),
        {"party": cast.malaysia.pk, "revision": 1, "action": "withdraw"},
    )
    assert not Key.objects.filter(dropped_at=None).exists()
    operations.agree_change(change, party=cast.russia, revision=1, by=cast.officer_ru)
    cast.group.refresh_from_db()
    assert cast.group.status == "active"


def test_what_is_put_to_the_sides_shows_to_those_in_office_alone(client, cast):
    change = propose(cast)
    words = "Put to the sides: Suspend the body"
    for name, user in cast.people.items():
        client.force_login(user)
        sees = name not in {"delegate", "outsider"}
        assert (words in page(client, cast.group.get_absolute_url())) is sees, name
    client.logout()
    assert words not in page(client, cast.group.get_absolute_url())
    client.force_login(cast.outsider)
    answer = client.post(reverse("body-change-do", args=[change.pk, "decline"]), {"reason": "No"})
    assert answer.status_code == 404


def test_a_key_awaited_waits_on_the_work_page_of_that_side(cast):
    propose(cast)
    waiting = {
        name
        for name, user in cast.people.items()
        if any("Suspend the body" in str(one.why) for one in work_for(user, TODAY))
    }
    assert waiting == {"officer_ru", "chair_ru"}


CHANGES = {
    "open": {
        "officer_my": {"withdraw"},
        "chair_my": {"withdraw"},
        "officer_ru": {"decline"},
        "chair_ru": {"decline"},
    },
}


@pytest.mark.parametrize("status", [one.value for one in BodyChange.Status])
def test_the_state_matrix_of_what_is_put_to_the_sides(cast, status):
    change = make_change(cast.group, proposer=cast.malaysia, status=status)
    for name, user in cast.people.items():
        offered = {one.transition.name for one in CHANGE.offers(change, user)}
        assert offered == CHANGES.get(status, {}).get(name, set()), name


def test_what_was_declined_is_told_with_its_reason_and_takes_no_more_keys(cast):
    change = propose(cast)
    with pytest.raises(Refused, match="Write a reason"):
        CHANGE.perform(change, "decline", by=cast.chair_ru)
    CHANGE.perform(change, "decline", by=cast.chair_ru, reason="Not now.")
    told = Notice.objects.filter(template="meetings/emails/body_change_ended")
    assert set(told.values_list("email", flat=True)) == {
        cast.officer_my.email,
        cast.chair_my.email,
        cast.neutral.email,
    }
    assert "Not now." in told[0].body
    with pytest.raises(Refused, match="no longer open"):
        operations.agree_change(change, party=cast.russia, revision=1, by=cast.chair_ru)


def test_a_party_takes_its_seat_with_the_last_key_from_its_day_on(cast):
    azerbaijan = make_party("AZ")
    change = propose(cast, "join", day=date(2027, 1, 1), party_id=azerbaijan.pk)
    operations.agree_change(change, party=cast.russia, revision=1, by=cast.officer_ru)
    body = Body.objects.get(pk=cast.group.pk)
    assert body.sides(on=date(2026, 12, 31)) == [cast.malaysia, cast.russia]
    assert body.sides(on=date(2027, 1, 1)) == [cast.malaysia, cast.russia, azerbaijan]


def test_a_seat_that_ends_takes_the_sides_offices_in_the_body_along(cast):
    change = propose(cast, "leave", day=date(2026, 9, 30), party_id=cast.russia.pk)
    operations.agree_change(change, party=cast.russia, revision=1, by=cast.officer_ru)
    body = Body.objects.get(pk=cast.group.pk)
    assert body.sides(on=date(2026, 10, 1)) == [cast.malaysia]
    chair = cast.chair_ru.person.appointments.get()
    assert chair.until == date(2026, 9, 30)
    assert "ended the seat of Russia" in Entry.objects.about(body).first().sentence


def test_the_neutral_secretariat_enters_for_all_at_once_and_all_are_told(client, cast):
    client.force_login(cast.neutral)
    answer = client.post(
        reverse("body-propose", args=[cast.group.pk]),
        {"kind": "close", "reason": "Notes verbales 12/2026 and 88/2026."},
    )
    assert answer.status_code == 302
    cast.group.refresh_from_db()
    assert cast.group.status == "closed"
    entry = Entry.objects.about(cast.group).first()
    assert entry.actor == cast.neutral
    assert set(Notice.objects.values_list("email", flat=True)) == {
        cast.officer_my.email,
        cast.officer_ru.email,
        cast.chair_my.email,
        cast.chair_ru.email,
    }


def test_nobody_else_acts_for_all_sides(cast):
    for name, user in cast.but("neutral").items():
        change = BodyChange(body=cast.group, kind="close", reason="Alone.")
        with pytest.raises(NotYours):
            operations.propose_change(change, party=None, by=user)
        assert name


def test_only_those_who_speak_for_a_side_put_something_to_the_others(client, cast):
    address = reverse("body-propose", args=[cast.group.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        may = name in {*SECRETARIES, "chair_my", "chair_ru"}
        assert client.get(address).status_code == (200 if may else 403), name


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("reopen", {}, "This body is “Active”, so that is not possible now."),
        ("publish", {}, "That is how it is already."),
        ("join", {"party": "RU", "day": date(2027, 1, 1)}, "Russia has a seat then already."),
        ("leave", {"party": "AZ", "day": date(2027, 1, 1)}, "Azerbaijan has no seat on that day."),
    ],
)
def test_a_change_that_changes_nothing_is_refused_at_once(cast, kind, more, sentence):
    fields = {"day": more["day"], "party_id": make_party(more["party"]).pk} if more else {}
    with pytest.raises(Refused) as refusal:
        propose(cast, kind, **fields)
    assert refusal.value.sentences == [sentence]
    assert not BodyChange.objects.exists()


def test_the_same_change_is_not_proposed_twice(cast):
    propose(cast)
    with pytest.raises(Refused, match="proposed already"):
        propose(cast, by=cast.officer_ru, party=cast.russia)


def test_a_change_of_seats_needs_its_party_and_its_day(client, cast):
    client.force_login(cast.officer_my)
    answer = client.post(
        reverse("body-propose", args=[cast.group.pk]), {"kind": "join", "reason": "Kept reason"}
    )
    shown = answer.content.decode()
    assert "Say which party is meant." in shown
    assert "Say on which day." in shown
    assert "Kept reason" in shown


def test_making_a_body_known_to_the_public_takes_every_key(cast):
    Body.objects.filter(pk=cast.group.pk).update(is_public=False)
    change = propose(cast, "publish")
    assert not Body.objects.get(pk=cast.group.pk).is_public
    operations.agree_change(change, party=cast.russia, revision=1, by=cast.officer_ru)
    assert Body.objects.get(pk=cast.group.pk).is_public


# --- history and messages -------------------------------------------------------------


def test_the_history_of_a_body_is_for_those_in_office(client, cast):
    address = reverse("body-history", args=[cast.group.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        may = name not in {"delegate", "outsider"}
        assert client.get(address).status_code == (200 if may else 403), name


def test_a_message_about_a_body_is_read_by_the_secretary_of_its_recipient(client, cast):
    operations.add_area(Area(body=cast.group, name="Halal"), by=cast.officer_my)
    notice = Notice.objects.get(email=cast.chair_ru.email)
    for user, status in ((cast.officer_ru, 200), (cast.neutral, 200), (cast.officer_my, 404)):
        client.force_login(user)
        assert client.get(reverse("message", args=[notice.pk])).status_code == status
    client.force_login(cast.officer_ru)
    shown = page(client, reverse("message", args=[notice.pk]))
    assert f'href="{cast.group.get_absolute_url()}"' in shown


def test_the_messages_about_a_body_read_as_stored(cast):
    operations.appoint(
        Appointment(
            body=cast.group,
            party=cast.malaysia,
            person=make_person("Tengku Zafrul", party=cast.malaysia),
            office="deputy",
            since=TODAY,
            title="Deputy Minister",
            act="Note verbale 12/2026",
        ),
        by=cast.officer_my,
    )
    change = propose(cast)
    CHANGE.perform(change, "decline", by=cast.chair_ru, reason="Not before the next session.")
    for template, user in (
        ("body_changed", cast.chair_ru),
        ("body_key_awaited", cast.chair_ru),
        ("body_change_ended", cast.chair_my),
    ):
        notice = Notice.objects.get(template=f"meetings/emails/{template}", email=user.email)
        assert_message_stored(notice, f"meetings/{template}")
