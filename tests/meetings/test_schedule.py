"""A secretary schedules a meeting: proposed, changed, refused with sentences, stored."""

from datetime import UTC, date, datetime, time
from threading import Barrier

import pytest
import time_machine
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse

from meetings import operations
from meetings.models import Meeting, Rules, Sitting
from portal.clocks import office_band
from portal.models import Entry, Notice
from portal.refusal import Refused
from tests.cast import make_cast
from tests.factories import (
    make_area,
    make_body,
    make_meeting,
    make_party,
    make_room,
    make_sitting,
    make_user,
)
from tests.together import together

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
PROPOSED = date(2026, 10, 13)  # six weeks ahead, a Tuesday
AREAS = ("Halal industry", "Standards, metrology and accreditation", "Aerospace")


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def body(cast):
    """The working group with three areas."""
    for name in AREAS:
        make_area(cast.group, name)
    return cast.group


@pytest.fixture
def secretary(client, cast):
    client.force_login(cast.officer_my)
    return client


def address(body) -> str:
    return reverse("meeting-new", args=[body.pk])


def proposal(client, body, **query):
    answer = client.get(address(body), query)
    assert answer.status_code == 200
    return answer


def filled(answer) -> dict:
    """What a browser would post from that page if nobody touched it."""
    rows = answer.context["rows"]
    data = {}
    for form in (answer.context["form"], rows.management_form, *rows.forms):
        for field in form:
            value = field.value()
            if isinstance(value, bool):
                value = "on" if value else None
            elif isinstance(value, time):
                value = f"{value:%H:%M}"
            elif isinstance(value, date):
                value = value.isoformat()
            data[field.html_name] = "" if value is None and field.name != "include" else value
    return {name: value for name, value in data.items() if value is not None}


def typed(client, body, **changes) -> dict:
    """The proposal with some fields typed over; None leaves a field out."""
    data = {**filled(proposal(client, body)), **changes}
    return {name: value for name, value in data.items() if value is not None}


def schedule(client, body, **changes):
    return client.post(address(body), typed(client, body, **changes))


def row(number: int, **fields) -> dict:
    return {f"sittings-{number}-{name}": value for name, value in fields.items()}


def summary(answer) -> str:
    """The page that came back, which keeps what was typed."""
    assert answer.status_code == 200
    return answer.content.decode()


# --- what is proposed -----------------------------------------------------------------


def test_the_next_number_is_proposed(secretary, body):
    make_meeting(body, number=4)
    assert filled(proposal(secretary, body))["number"] == 5


def test_the_first_meeting_of_a_body_is_its_first(secretary, body):
    assert filled(proposal(secretary, body))["number"] == 1


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 9, 1), PROPOSED),
        (date(2026, 9, 5), date(2026, 10, 19)),  # six weeks ahead is a Saturday
        (date(2026, 9, 23), date(2026, 11, 5)),  # six weeks ahead is Unity Day in Russia
        (date(2026, 11, 19), date(2027, 1, 11)),  # six weeks ahead is the new year
    ],
)
def test_the_proposed_day_is_one_on_which_all_sides_work(client, cast, body, today, day):
    with time_machine.travel(datetime.combine(today, time(12), UTC)):
        client.force_login(cast.officer_my)
        data = filled(proposal(client, body))
    assert (data["starts_on"], data["ends_on"]) == (day.isoformat(), day.isoformat())


def test_a_plenary_and_one_consultation_per_area_are_proposed(secretary, body):
    rows = proposal(secretary, body).context["rows"].forms
    assert [one.heading for one in rows] == [
        "Plenary session",
        *(f"Expert consultation: {name}" for name in AREAS),
    ]


def test_every_proposed_time_lies_in_the_shared_office_hours(secretary, body):
    for one in proposal(secretary, body).context["rows"].forms:
        preview = one.preview
        start, end = preview.band.chosen
        assert any(low <= start and end <= high for low, high in preview.band.overlap)
        assert preview.band.sentence == "Inside the office hours of every side."


def test_the_clocks_of_both_capitals_stand_beside_every_row(secretary, body):
    shown = proposal(secretary, body).content.decode()
    assert shown.count('class="clock-city">Kuala Lumpur') == 8
    assert shown.count('class="clock-city">Moscow') == 8
    assert shown.count('<figure class="band">') == 4


def test_the_readers_own_clock_is_the_one_times_are_typed_in(client, cast, body):
    client.force_login(cast.officer_ru)
    data = filled(proposal(client, body))
    assert data["zone"] == "Europe/Moscow"
    assert data["sittings-0-wall"] == "09:00"


def test_a_programme_is_proposed_for_a_day_one_chooses(secretary, body):
    data = filled(proposal(secretary, body, day="2026-12-09"))
    assert data["starts_on"] == "2026-12-09"
    assert data["sittings-0-day"] == "2026-12-09"
    assert data["sittings-1-day"] < "2026-12-09"


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_nobody_can_mean_gets_the_usual_proposal(secretary, body, day):
    assert filled(proposal(secretary, body, day=day))["starts_on"] == PROPOSED.isoformat()


def test_sides_whose_weekends_differ_are_proposed_a_day_both_work(client, db):
    malaysia, gulf = make_party("MY"), make_party("GULF", zone="Asia/Riyadh", rest_days=[5, 6])
    body = make_body([malaysia, gulf])
    client.force_login(make_user("secretary", malaysia, body))
    with time_machine.travel(datetime(2026, 9, 4, 12, tzinfo=UTC)):  # six weeks on: a Friday
        assert filled(proposal(client, body))["starts_on"] == "2026-10-19"


# --- what is stored -------------------------------------------------------------------


def test_the_proposal_can_be_taken_as_it_is(secretary, cast, body):
    answer = schedule(secretary, body)
    meeting = Meeting.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    assert (meeting.status, meeting.number, meeting.was_announced) == ("proposed", 1, False)
    sittings = list(meeting.sittings.order_by("pk"))
    assert [one.label for one in sittings] == [
        "Plenary session",
        *(f"Expert consultation: {name}" for name in AREAS),
    ]
    assert {one.zone for one in sittings} == {"Asia/Kuala_Lumpur"}
    for one in sittings:
        [(low, high)] = office_band(one.day, body.sides()).overlap
        assert low <= one.wall.hour * 60 + one.wall.minute <= high - one.minutes


def test_every_other_side_is_asked_for_its_key_and_the_neutral_are_not(secretary, cast, body):
    schedule(secretary, body)
    asked = Notice.objects.filter(template="meetings/emails/dates_key_awaited")
    assert set(asked.values_list("email", flat=True)) == {
        cast.officer_ru.email,
        cast.chair_ru.email,
    }


def test_the_history_begins_with_who_scheduled_it(secretary, cast, body):
    schedule(secretary, body)
    entries = Entry.objects.about(Meeting.objects.get()).order_by("pk")
    assert [(entry.sentence, entry.actor) for entry in entries] == [
        ("scheduled the meeting", cast.officer_my),
        ("gave the key of Malaysia: Dates and place", cast.officer_my),
    ]


def test_a_row_that_is_left_out_is_not_stored(secretary, body):
    schedule(secretary, body, **row(2, include=None))
    assert [one.area and one.area.name for one in Sitting.objects.order_by("pk")] == [
        None,
        AREAS[0],
        AREAS[2],
    ]


def test_a_row_that_is_left_out_is_not_looked_at(secretary, body):
    schedule(
        secretary,
        body,
        **row(1, include=None, day="someday", wall="25:99", minutes="7", room="999"),
        **row(2, include=None, day="", wall="", minutes=""),
    )
    assert Sitting.objects.count() == 2


def test_a_meeting_may_be_scheduled_before_its_programme_is_known(secretary, body):
    schedule(secretary, body, **{name: None for n in range(4) for name in row(n, include="")})
    assert Meeting.objects.get().sittings.count() == 0


def test_times_are_stored_in_the_zone_they_were_typed_in(secretary, body):
    schedule(secretary, body, zone="Europe/Moscow", **row(0, wall="10:00"))
    plenary = Sitting.objects.get(kind="plenary")
    assert (plenary.zone, plenary.wall) == ("Europe/Moscow", time(10))
    assert plenary.starts_at == datetime(2026, 10, 13, 7, tzinfo=UTC)


def test_the_mode_of_the_meeting_is_that_of_its_sittings(secretary, body):
    schedule(secretary, body, mode="hybrid", place="Putrajaya")
    assert set(Sitting.objects.values_list("mode", flat=True)) == {"hybrid"}


def test_a_consultation_may_run_alongside_another_in_another_room(secretary, body):
    same = {"day": "2026-10-12", "wall": "14:00"}
    schedule(
        secretary,
        body,
        **row(1, room=make_room().pk, **same),
        **row(2, room=make_room().pk, **same),
        **row(3, **same),
    )
    assert Sitting.objects.filter(day=date(2026, 10, 12), wall=time(14)).count() == 3


def test_a_room_is_free_again_the_minute_a_sitting_ends(secretary, body):
    room = make_room()
    day = {"day": "2026-10-12", "room": room.pk, "minutes": "90"}
    schedule(secretary, body, **row(1, wall="14:00", **day), **row(2, wall="15:30", **day))
    assert Sitting.objects.filter(room=room).count() == 2


# --- what is refused ------------------------------------------------------------------


def assert_kept(answer, data: dict) -> None:
    """Every value that was posted stands in the page that came back."""
    rows = answer.context["rows"]
    shown = {}
    for form in (answer.context["form"], *rows.forms):
        for field in form:
            shown[field.html_name] = field.value()
    for name, value in data.items():
        if name in shown and not name.endswith("include"):
            assert str(shown[name]) == str(value), name


def refused(client, body, field, **changes):
    """Post, and give the errors of one field (`form` or row number, name)."""
    data = typed(client, body, title="Typed by me", **changes)
    answer = client.post(address(body), data)
    assert answer.status_code == 200
    assert_kept(answer, data)
    assert not Meeting.objects.filter(title="Typed by me").exists()
    where, name = field
    form = answer.context["form"] if where == "form" else answer.context["rows"].forms[where]
    [sentence] = form.errors[name]
    assert sentence in answer.content.decode().replace("&#x27;", "'")
    return sentence


def test_one_room_wanted_twice_in_the_form_is_said_at_that_row(secretary, body):
    room = make_room("Gold Room", city="Putrajaya")
    same = {"day": "2026-10-12", "room": room.pk}
    sentence = refused(
        secretary,
        body,
        (2, "room"),
        **row(1, wall="14:00", **same),
        **row(2, wall="15:00", **same),
    )
    assert sentence == (
        "Gold Room, Putrajaya is wanted twice at that time: also by "
        "Expert consultation: Halal industry. Choose another room or another time."
    )


def test_a_room_taken_by_another_meeting_is_said_with_its_times(secretary, cast, body):
    room = make_room("Gold Room")
    other = make_meeting(cast.commission)
    make_sitting(other, day=date(2026, 10, 13), wall=time(13), room=room)
    sentence = refused(secretary, body, (0, "room"), **row(0, wall="14:00", room=room.pk))
    assert sentence == (
        "Gold Room is taken on Tue 13 Oct 2026 · 13:00–15:00 Kuala Lumpur (UTC+08:00) · "
        "08:00–10:00 Moscow (UTC+03:00) by another sitting. Choose another room or another time."
    )


def test_a_room_taken_by_a_meeting_one_may_not_know_of_names_no_meeting(secretary, body):
    room = make_room("Gold Room")
    hidden = make_meeting(make_body(name="Hidden body", is_public=False), title="Hidden talk")
    make_sitting(hidden, day=date(2026, 10, 13), wall=time(14), room=room, title="Hidden sitting")
    answer = schedule(secretary, body, **row(0, wall="14:00", room=room.pk))
    assert "Gold Room is taken on" in summary(answer)
    assert "Hidden" not in summary(answer)


def test_the_room_of_a_cancelled_sitting_is_free(secretary, cast, body):
    room = make_room()
    other = make_meeting(cast.commission)
    make_sitting(other, day=date(2026, 10, 13), wall=time(14), room=room, status="cancelled")
    schedule(secretary, body, **row(0, wall="14:00", room=room.pk))
    assert Sitting.objects.filter(room=room).count() == 2


def test_a_number_that_is_taken_is_said_with_the_way_out(secretary, body):
    make_meeting(body, number=3)
    assert refused(secretary, body, ("form", "__all__"), number="3") == (
        "This body already has a meeting with this number. Choose the next free one."
    )


def test_an_extraordinary_meeting_has_a_number_of_its_own(secretary, body):
    make_meeting(body, number=3)
    schedule(secretary, body, number="3", series="extraordinary")
    assert Meeting.objects.filter(number=3).count() == 2


def test_an_end_before_the_beginning_is_refused(secretary, body):
    changes = {"starts_on": "2026-10-14", "ends_on": "2026-10-13"}
    assert refused(secretary, body, ("form", "ends_on"), **changes) == (
        "The last day comes before the first day."
    )


def test_people_who_come_need_a_place_to_come_to(secretary, body):
    assert refused(secretary, body, ("form", "place"), mode="in_person") == (
        "Name the place where people come to, or choose virtual."
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "many"),
        ("number", "99999"),
        ("starts_on", "9999-12-31"),
        ("starts_on", "0001-01-01"),
        ("mode", "telepathic"),
        ("series", "secret"),
        ("zone", "Mars/Olympus"),
        ("host", "999999"),
    ],
)
def test_nonsense_in_a_field_is_refused_at_that_field(secretary, body, field, value):
    assert refused(secretary, body, ("form", field), **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "someday"),
        ("day", "9999-12-31"),
        ("day", "0001-01-01"),
        ("wall", "25:00"),
        ("minutes", "7"),
        ("room", "999999"),
        ("area", "999999"),
        ("kind", "brawl"),
    ],
)
def test_nonsense_in_a_row_is_refused_at_that_row(secretary, body, field, value):
    assert refused(secretary, body, (1, field), **row(1, **{field: value}))


def test_an_area_of_another_body_is_no_area_here(secretary, cast, body):
    foreign = make_area(cast.commission, "Foreign area")
    assert refused(secretary, body, (1, "area"), **row(1, area=foreign.pk))


@pytest.mark.parametrize(
    ("code", "zone", "day"),
    [
        ("DE", "Europe/Berlin", "2027-03-28"),
        ("US", "America/New_York", "2027-03-14"),
    ],
)
def test_a_time_that_a_sides_clocks_skip_is_refused_with_a_sentence(client, db, code, zone, day):
    one = make_party(code, zone=zone)
    body = make_body([one, make_party("MY")])
    client.force_login(make_user("secretary", one, body))
    answer = schedule(client, body, **row(0, day=day, wall="02:30"))
    [sentence] = answer.context["rows"].forms[0].errors["wall"]
    assert sentence == (
        f"On {day} the clocks in {zone} go forward and never show 02:30. "
        "Choose an earlier or a later time."
    )
    assert summary(answer).count(sentence) >= 2  # in the summary and beside the clocks
    assert not Meeting.objects.exists()


def test_the_clocks_stay_in_the_zone_chosen_while_another_field_is_wrong(secretary, body):
    answer = schedule(secretary, body, zone="Europe/Moscow", number="", **row(0, wall="10:00"))
    preview = answer.context["rows"].forms[0].preview
    assert preview.start == datetime(2026, 10, 13, 7, tzinfo=UTC)


def test_a_form_that_hides_how_many_rows_were_proposed_stores_them_all_the_same(secretary, body):
    schedule(secretary, body, **{"sittings-INITIAL_FORMS": "0"})
    assert Meeting.objects.get().sittings.count() == 4


def test_a_form_that_was_taken_apart_is_refused_without_a_fault(secretary, body):
    data = typed(secretary, body)
    for broken in (
        {name: value for name, value in data.items() if not name.startswith("sittings-")},
        {**data, "sittings-TOTAL_FORMS": "5000"},
        {**data, "sittings-TOTAL_FORMS": "x"},
        {**data, "sittings-TOTAL_FORMS": "9", **row(8, include="on")},
        {**data, "sittings-INITIAL_FORMS": "0", **row(2, kind="", day="")},
    ):
        answer = secretary.post(address(body), broken)
        assert answer.status_code == 200
    assert not Meeting.objects.exists()


# --- who may --------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["chair_my", "focal_ru", "delegate", "outsider"])
@pytest.mark.parametrize("name", ["meeting-new", "clocks"])
def test_only_secretaries_schedule_a_meeting(client, cast, body, who, name):
    client.force_login(cast.people[who])
    url = reverse(name, args=[body.pk])
    assert client.get(url).status_code == 403
    assert client.post(url, {"number": 1}).status_code == 403
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("who", ["officer_my", "officer_ru", "neutral"])
def test_a_secretary_of_the_commission_schedules_for_the_group(client, cast, body, who):
    client.force_login(cast.people[who])
    assert schedule(client, body).status_code == 302


def test_a_body_one_may_not_know_of_does_not_exist(secretary, cast):
    hidden = make_body(is_public=False)
    assert secretary.get(address(hidden)).status_code == 404


# --- the clocks while choosing --------------------------------------------------------


def clocks(client, body, **query):
    answer = client.get(reverse("clocks", args=[body.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


CHOICE = {"day": "2026-10-13", "wall": "15:00", "minutes": "120", "zone": "Asia/Kuala_Lumpur"}


def test_a_chosen_time_is_shown_in_every_clock_with_the_office_hours(secretary, body):
    shown = clocks(secretary, body, **CHOICE)
    assert "Inside the office hours of every side." in shown
    assert shown.index("15:00") < shown.index("10:00")


def test_the_clocks_of_one_row_look_at_that_row_alone(secretary, body):
    query = {f"sittings-2-{name}": value for name, value in CHOICE.items() if name != "zone"}
    shown = clocks(secretary, body, prefix="sittings-2", zone="Asia/Kuala_Lumpur", **query)
    assert "Inside the office hours of every side." in shown


def test_a_time_that_does_not_exist_is_said_while_choosing(secretary, body):
    shown = clocks(
        secretary, body, **{**CHOICE, "zone": "Europe/Berlin", "day": "2027-03-28", "wall": "02:30"}
    )
    assert "go forward and never show 02:30" in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"day": ""},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"wall": "noon"},
        {"minutes": "-5"},
        {"minutes": "999999999999"},
        {"zone": "Mars/Olympus"},
        {"prefix": "nowhere"},
    ],
)
def test_a_choice_that_cannot_be_read_is_asked_for_again(secretary, body, changes):
    shown = clocks(secretary, body, **{**CHOICE, **changes})
    assert "Choose a day and a time" in shown


# --- two at the same moment -----------------------------------------------------------

at_once = pytest.mark.django_db(transaction=True)


def two_officers(bodies, **changes):
    """Two secretaries post at once; the answers in their order."""
    cast = make_cast()
    bodies = bodies(cast)
    clients = [Client(), Client()]
    forms = []
    for client, user, body in zip(clients, (cast.officer_my, cast.officer_ru), bodies, strict=True):
        client.force_login(user)
        forms.append(typed(client, body, zone="Asia/Kuala_Lumpur", **changes))
    return together(
        *(
            lambda client=client, body=body, form=form: client.post(address(body), form)
            for client, body, form in zip(clients, bodies, forms, strict=True)
        )
    )


@at_once
def test_of_two_officers_who_take_one_number_one_gets_a_sentence():
    answers = two_officers(lambda cast: [cast.group, cast.group])
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [loser] = [answer for answer in answers if answer.status_code == 200]
    assert "already has a meeting with this number. Choose the next free one." in summary(loser)
    assert Meeting.objects.count() == 1


@at_once
def test_of_two_officers_who_take_one_room_one_gets_a_sentence():
    room = make_room()
    answers = two_officers(
        lambda cast: [cast.group, cast.commission], **row(0, wall="15:00", room=room.pk)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [loser] = [answer for answer in answers if answer.status_code == 200]
    assert any(
        words in summary(loser)
        for words in (
            "This room is taken at that time.",
            "is taken on Tue 13 Oct 2026",
            "Somebody saved something similar at the same moment.",
        )
    )
    assert Meeting.objects.count() == Sitting.objects.filter(room=room).count() == 1


@at_once
def test_two_who_book_two_rooms_crosswise_do_not_block_each_other_for_ever():
    cast = make_cast()
    rooms = [make_room(), make_room()]
    both_have_one = Barrier(2)

    def wait_for_the_other(instance, **facts):
        if instance.title == "first":
            both_have_one.wait(10)

    def book(body, first, second):
        meeting = Meeting(body=body, number=1, starts_on=PROPOSED, ends_on=PROPOSED, zone="UTC")
        sittings = [
            Sitting(day=PROPOSED, wall=time(9), zone="UTC", room=room, title=title)
            for room, title in ((first, "first"), (second, "second"))
        ]
        return operations.schedule_meeting(meeting, sittings=sittings, by=cast.officer_my)

    post_save.connect(wait_for_the_other, sender=Sitting)
    try:
        outcomes = together(
            lambda: book(cast.group, *rooms),
            lambda: book(cast.commission, *reversed(rooms)),
        )
    finally:
        post_save.disconnect(wait_for_the_other, sender=Sitting)
    [winner] = [one for one in outcomes if isinstance(one, Meeting)]
    [loser] = [one for one in outcomes if isinstance(one, Refused)]
    assert loser.sentences == [
        "Somebody saved something similar at the same moment. Look again, then save again."
    ]
    assert list(Meeting.objects.all()) == [winner]
    assert Sitting.objects.count() == 2


def test_a_body_without_sides_says_what_is_missing(client, cast):
    body = make_body(parties=[], parent=cast.commission, kind="sub_group", code="no-sides")
    body.seats.all().delete()
    client.force_login(cast.officer_my)
    answer = client.get(reverse("meeting-new", args=[body.pk]), follow=True)
    assert "This body has no sides yet." in answer.content.decode()


# --- an idea, an unnumbered series, a window ------------------------------------------


def test_an_idea_is_seen_by_the_own_side_alone_and_nobody_is_told(client, cast, body):
    client.force_login(cast.officer_my)
    schedule(client, body, idea="1")
    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.side, meeting.numbers.count()) == ("idea", cast.malaysia, 0)
    assert not Notice.objects.exists()
    assert set(Entry.objects.values_list("private_to", flat=True)) == {cast.malaysia.pk}
    seeing = {
        name
        for name, user in cast.people.items()
        if Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists()
    }
    assert seeing == {"officer_my", "chair_my", "focal_my"}


def test_the_neutral_secretariats_idea_belongs_to_no_side(client, cast, body):
    client.force_login(cast.neutral)
    schedule(client, body, idea="1")
    assert (Meeting.objects.get().status, Meeting.objects.get().side) == ("idea", None)


def test_an_idea_takes_no_number_from_anybody(client, cast, body):
    client.force_login(cast.officer_my)
    schedule(client, body, idea="1")
    client.force_login(cast.officer_ru)
    data = filled(proposal(client, body))
    assert data["number"] == 1
    assert client.post(address(body), data).status_code == 302


@pytest.mark.parametrize("series", ["co_chairs", "intersessional", "national"])
def test_other_series_have_no_number_whatever_was_typed(secretary, cast, body, series):
    schedule(secretary, body, series=series, number="7")
    meeting = Meeting.objects.get()
    assert (meeting.number, meeting.numbers.count()) == (None, 0)
    assert meeting.side == (cast.malaysia if series == "national" else None)


def test_a_numbered_series_needs_a_number(secretary, body):
    assert refused(secretary, body, ("form", "number"), number="") == (
        "Ordinary and extraordinary meetings have a number."
    )


def test_a_meeting_of_an_own_part_is_entered_by_that_side(client, cast, body):
    client.force_login(cast.neutral)
    assert refused(client, body, ("form", "series"), series="national") == (
        "A meeting of one side’s own part is entered by that side."
    )


def test_a_meeting_of_an_own_part_needs_the_own_key_alone(client, cast, body):
    client.force_login(cast.officer_my)
    schedule(client, body, series="national", number="")
    meeting = Meeting.objects.get()
    assert meeting.status == "agreed"
    told = set(Notice.objects.values_list("party", flat=True))
    assert told <= {cast.malaysia.pk}
    client.force_login(cast.officer_ru)
    assert client.get(meeting.get_absolute_url()).status_code == 404
    assert str(meeting.pk) not in client.get(reverse("meetings")).context["ahead"]


@pytest.mark.parametrize(
    ("precision", "first", "last", "words"),
    [
        ("year", "2027-01-01", "2027-12-31", "2027"),
        ("month", "2027-05-01", "2027-05-31", "May 2027"),
        ("window", "2027-05-10", "2027-06-04", "between Mon 10 May 2027 and Fri 4 Jun 2027"),
    ],
)
def test_days_may_be_known_as_a_window_a_month_or_a_year(
    secretary, body, precision, first, last, words
):
    days = {"starts_on": "2027-05-10", "ends_on": "2027-06-04"}
    schedule(secretary, body, precision=precision, **days)
    meeting = Meeting.objects.get()
    assert (meeting.starts_on.isoformat(), meeting.ends_on.isoformat()) == (first, last)
    assert words in secretary.get(meeting.get_absolute_url()).content.decode()


# --- whose turn it is -----------------------------------------------------------------


def hosted(body, party, number=1, status="held"):
    return make_meeting(
        body, status=status, number=number, host=party, starts_on=date(2025, number, 1)
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("held", "Malaysia hosted the 1st meeting, so it is the turn of Russia."),
        (
            "cancelled",
            "Malaysia was to host the 1st meeting, which was cancelled: Russia is next.",
        ),
    ],
)
def test_the_host_is_proposed_by_turns_and_the_form_says_why(secretary, cast, body, status, words):
    hosted(body, cast.malaysia, status=status)
    answer = proposal(secretary, body)
    assert answer.context["form"]["host"].value() == cast.russia.pk
    assert words in answer.content.decode()


def test_of_three_sides_each_hosts_in_turn(client, cast, body):
    azerbaijan = make_party("AZ")
    body.seats.create(party=azerbaijan, order=3)
    hosted(body, cast.russia)
    client.force_login(cast.officer_my)
    assert proposal(client, body).context["form"]["host"].value() == azerbaijan.pk


def test_another_host_needs_a_reason(secretary, cast, body):
    hosted(body, cast.malaysia)
    sentence = refused(secretary, body, ("form", "host_reason"), host=cast.malaysia.pk)
    assert sentence.endswith("Write why it is different this time.")
    schedule(secretary, body, host=cast.malaysia.pk, host_reason="At the margins of a forum.")
    assert Meeting.objects.get(status="proposed").host_reason == "At the margins of a forum."


def test_a_body_that_always_meets_in_one_place_proposes_it(secretary, body):
    Rules.objects.create(body=body, hosting="fixed", hosting_place="Jakarta")
    data = filled(proposal(secretary, body))
    assert (data["mode"], data["place"]) == ("in_person", "Jakarta")
    assert refused(secretary, body, ("form", "host_reason"), place="Kazan")


# --- another first day ----------------------------------------------------------------

MARCH = date(2027, 3, 16)  # a Tuesday


def moved_to(day: date, **changes) -> dict:
    return {"starts_on": day.isoformat(), "ends_on": day.isoformat(), **changes}


def test_proposed_sittings_move_along_with_the_first_day_and_the_page_says_so(secretary, body):
    answer = schedule(secretary, body, **moved_to(MARCH))
    meeting = Meeting.objects.get()
    plenary = meeting.sittings.get(kind="plenary")
    consulted = set(meeting.sittings.exclude(pk=plenary.pk).values_list("day", flat=True))
    assert (meeting.starts_on, plenary.day) == (MARCH, MARCH)
    assert consulted == {date(2027, 3, 12), date(2027, 3, 15)}
    shown = secretary.get(answer["Location"]).content.decode()
    assert "The proposed sittings were moved along to the new days." in shown


def test_a_day_typed_for_a_sitting_stays_when_the_others_move_along(secretary, body):
    schedule(secretary, body, **moved_to(MARCH), **row(1, day="2027-03-03"))
    days = {one.label: one.day for one in Sitting.objects.all()}
    assert days["Expert consultation: Halal industry"] == date(2027, 3, 3)
    assert days["Plenary session"] == MARCH


def test_sittings_inside_the_days_typed_stay_where_they_were_proposed(secretary, body):
    day_before = date(2026, 10, 12)
    answer = schedule(secretary, body, starts_on="2026-10-12", ends_on=PROPOSED.isoformat())
    assert Meeting.objects.get().starts_on == day_before
    assert Sitting.objects.get(kind="plenary").day == PROPOSED
    assert "moved along" not in secretary.get(answer["Location"]).content.decode()


def test_of_a_month_the_sittings_move_to_its_first_common_working_day(secretary, body):
    schedule(secretary, body, **moved_to(date(2027, 1, 20)), precision="month")
    assert Sitting.objects.get(kind="plenary").day == date(2027, 1, 11)  # after the long holidays


def test_a_page_that_came_back_moves_its_sittings_once_and_keeps_what_was_typed(secretary, body):
    data = typed(secretary, body, **moved_to(MARCH), number="", **row(1, wall="09:15"))
    answer = secretary.post(address(body), data)
    assert answer.status_code == 200
    again = {**filled(answer), "proposed_for": answer.context["proposed_for"].value().isoformat()}
    assert again["sittings-0-day"] == MARCH.isoformat()
    later = date(2027, 4, 20)
    secretary.post(address(body), {**again, "number": "1", **moved_to(later)})
    assert Sitting.objects.get(kind="plenary").day == later
    assert Sitting.objects.get(area__name="Halal industry").wall == time(9, 15)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "yesterday"])
def test_a_forged_day_of_the_proposal_is_left_aside(secretary, body, day):
    schedule(secretary, body, proposed_for=day)
    assert Sitting.objects.get(kind="plenary").day == PROPOSED


@pytest.mark.parametrize(
    ("index", "day"),
    [
        (0, "2026-10-12"),  # a plenary before the meeting
        (0, "2026-10-14"),
        (1, "2026-10-14"),  # experts after it
        (1, "2026-08-13"),  # experts more than sixty days before it
    ],
)
def test_a_sitting_outside_the_days_is_asked_about_once_before_it_is_saved(
    secretary, body, index, day
):
    data = typed(secretary, body, **row(index, day=day))
    answer = secretary.post(address(body), data)
    [sentence] = answer.context["rows"].forms[index].errors["day"]
    assert "would lie outside the days of the meeting (Tue 13 Oct 2026)" in sentence
    assert sentence.endswith("Choose another day, or save once more if that is meant.")
    assert not Meeting.objects.exists()
    secretary.post(address(body), filled(answer))
    assert Sitting.objects.filter(day=day).exists()


def test_experts_within_sixty_days_before_are_no_question(secretary, body):
    assert schedule(secretary, body, **row(1, day="2026-08-14")).status_code == 302
