"""The demonstration case: what it holds, that it is loaded once, and who may sign in by a click."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import include, path, reverse
from django.utils import translation

from delegations.models import Delegate, Desk
from demo import cast as the_cast
from demo import source
from demo.coming import meeting_days
from demo.load import load
from meetings.models import (
    ActionItem,
    Appointment,
    Area,
    Body,
    Figure,
    Meeting,
    Participation,
    Undertaking,
)
from meetings.transitions import CLOSING, DATES
from portal.clocks import day_off
from portal.models import Entry, Notice, Organisation, Party, Person, User
from tests.factories import make_body, make_meeting, make_party, make_person

urlpatterns = [path("demo/", include("demo.urls")), path("", include("portal.urls"))]

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """The case is loaded once for all tests here; what a test changes is undone after it."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        load(NOW)
        yield
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def case(_loaded, db):
    """A database with the case in it."""


@pytest.fixture
def empty(db):
    """A database without the case: these tests stand first, before it is loaded for the others."""
    assert not Body.objects.exists()


@pytest.fixture
def group(case):
    return Body.objects.get(code="my-ru-wg")


@pytest.fixture
def first(group):
    return group.meetings.get(number=1)


@pytest.fixture
def second(group):
    return group.meetings.get(number=2)


def everything():
    """Every row of every table of ours, by value."""
    ours = [
        model
        for label in ("portal", "meetings", "delegations", "account")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    return {model: list(model._base_manager.order_by("pk").values()) for model in ours}


# --- loading into a database without the case -----------------------------------------


def test_data_that_is_there_already_is_not_touched(empty):
    party = make_party("MY")
    meeting = make_meeting(make_body([party, make_party("TR")], code="my-tr-jc"))
    person = make_person(full_name="Aminah", email="aminah@example.org")
    before = everything()
    load(NOW)
    after = everything()
    for model, rows in before.items():
        assert [row for row in rows if row not in after[model]] == []
    assert Meeting.objects.get(pk=meeting.pk).sittings.count() == meeting.sittings.count()
    assert not person.appointments.exists()
    assert Party.objects.filter(code="MY").count() == 1


def test_the_command_says_what_it_did_and_then_that_nothing_changed(empty):
    first_words, second_words = StringIO(), StringIO()
    call_command("demo", stdout=first_words)
    call_command("demo", stdout=second_words)
    assert "3 meetings" in first_words.getvalue()
    assert "16 action items" in first_words.getvalue()
    assert "Nothing changed" in second_words.getvalue()


@pytest.mark.urls("tests.test_demo")
def test_the_sign_in_page_says_that_the_case_is_not_loaded_yet(empty, client, settings):
    settings.DEMONSTRATION = True
    page = client.get(reverse("account_login")).content.decode()
    assert "not loaded yet" in page
    assert "cast-button" not in page


# --- loading again --------------------------------------------------------------------


def test_loading_twice_is_loading_once(case):
    before = everything()
    assert not load(NOW)
    assert everything() == before


def test_a_load_on_a_later_day_moves_nothing(case):
    before = everything()
    assert not load(datetime(2027, 1, 5, tzinfo=UTC))
    assert everything() == before


def test_what_people_changed_stays_as_they_left_it(second):
    Meeting.objects.filter(pk=second.pk).update(about="Our own words.")
    Person.objects.filter(email="nurul.ashikin@example.org").update(full_name="Nurul A. Roslan")
    before = everything()
    load(NOW)
    assert everything() == before


def test_the_past_sends_no_messages(case):
    assert not Notice.objects.exists()


def test_the_journal_reads_in_every_language(case):
    for language in ("en", "ms", "ru"):
        with translation.override(language):
            for entry in Entry.objects.all():
                assert entry.sentence
                assert entry.sentence != entry.verb


# --- the facts ------------------------------------------------------------------------


def test_the_commission_stands_above_the_working_group(group):
    assert group.name == "Working Group on Cooperation in Industry and Trade"
    assert group.parent.code == "my-ru-jc"
    assert group.parent.name == (
        "Joint Malaysia-Russia Commission for Economic, Scientific, Technical "
        "and Cultural Cooperation"
    )
    assert group.above == [group.parent_id]
    assert [party.code for party in group.sides()] == ["MY", "RU"]


def test_the_eight_areas_are_eight_records(group):
    assert [area.name for area in group.areas.all()] == [
        "Aerospace",
        "Pharmaceutical and medical equipment",
        "Shipbuilding",
        "Innovation and IT technologies",
        "Oil and gas, chemical and power engineering equipment",
        "Commodities",
        "Halal",
        "Food safety",
    ]


def test_every_name_is_there_in_all_three_languages(case):
    named = [*Body.objects.all(), *Area.objects.all(), *Party.objects.all(), *Figure.objects.all()]
    for row in [*named, *Organisation.objects.all()]:
        assert set(row.names) == {"ms", "ru"}, row


@pytest.mark.parametrize(
    ("number", "chairs"),
    [
        (
            1,
            {
                ("MY", "Datuk Lokman Hakim Ali"): (
                    "Secretary-General, Ministry of International Trade and Industry (MITI)"
                ),
                ("RU", "Алексей Груздев"): "Deputy Minister of Industry and Trade",
            },
        ),
        (
            2,
            {
                ("MY", "Datuk Faridah Hanum binti Zulkarnain"): (
                    "Secretary-General for industry and trade (synthetic)"
                ),
                ("RU", "Крутоярский Дмитрий Олегович"): (
                    "Deputy Minister for industry and trade (synthetic)"
                ),
            },
        ),
    ],
)
def test_co_chairs_bear_the_titles_of_the_day(group, number, chairs):
    found = group.meetings.get(number=number).chairs()
    assert {(one.party.code, one.person.address_name): one.title for one in found} == chairs


def test_the_first_session_was_announced_for_another_day_and_place(case):
    session = Meeting.objects.get(body__code="my-ru-jc")
    assert (session.starts_on, session.ends_on) == (date(2019, 10, 1), date(2019, 10, 2))
    assert (session.place, session.mode, session.host.code) == ("Moscow", "in_person", "RU")
    assert "5 September 2019" in session.reason
    assert "Vladivostok" in session.reason
    assert {one.title for one in session.chairs()} == {
        "Minister of Economic Affairs",
        "Minister of Industry and Trade",
    }


def test_the_first_meeting_was_held_by_video_on_25_may_2021(first):
    plenary = first.sittings.get(kind="plenary")
    assert (first.starts_on, first.mode, first.status) == (date(2021, 5, 25), "virtual", "closed")
    assert plenary.day == date(2021, 5, 25)
    consultations = first.sittings.filter(kind="consultation")
    assert {one.area.number for one in consultations} == set(range(1, 9))
    assert all(one.ends_at < plenary.starts_at for one in consultations)
    assert "ynthetic" in first.about


def test_both_ambassadors_took_part(first):
    found = Participation.objects.filter(meeting=first, capacity="ambassador")
    assert {(one.person.latin_name or one.person.full_name, one.title) for one in found} == {
        ("Bala Chandran Tharman", "Ambassador of Malaysia"),
        ("Naiyl M. Latypov", "Ambassador of the Russian Federation"),
    }


def test_the_figures_are_those_of_the_source_and_add_up(case):
    found = {
        figure.name: (figure.value, figure.unit, figure.period, figure.change)
        for figure in Figure.objects.all()
    }
    total, exports, imports = (
        found[name]
        for name in ("Total trade with Russia", "Exports to Russia", "Imports from Russia")
    )
    assert total == (Decimal("1.72"), "billion RM", "Q1 2021", Decimal("0.3"))
    assert exports == (Decimal("1.01"), "billion RM", "Q1 2021", Decimal("40.4"))
    assert imports == (Decimal("0.71"), "billion RM", "Q1 2021", Decimal("-28.7"))
    assert total[0] == exports[0] + imports[0]
    assert {value[:2] for value in found.values()} >= {
        (Decimal("8"), "projects"),
        (Decimal("128.32"), "million RM"),
        (Decimal("408"), "jobs"),
        (Decimal("28"), "(rank)"),
    }
    assert all(figure.source for figure in Figure.objects.all())


# --- the people -----------------------------------------------------------------------


def test_462_people_registered_for_the_first_meeting(first):
    people = first.delegates.all()
    assert people.count() == 462
    assert {one.status for one in people} == {"approved"}
    assert {one.sector for one in people} == {"government", "private", "industry"}
    assert first.delegates.live().count() == 462
    assert {one.delegation.party.code for one in people} == {"MY", "RU"}


def test_everybody_registered_for_the_plenary(first):
    plenary = first.sittings.get(kind="plenary")
    assert plenary.delegates.count() == 462


def test_no_two_people_share_an_address_or_a_name(case):
    people = Person.objects.all()
    addresses = Counter(person.email.lower() for person in people if person.email)
    names = Counter(person.full_name.lower() for person in people)
    latin = Counter(person.latin_name.lower() for person in people if person.latin_name)
    assert [
        name for counted in (addresses, names, latin) for name in counted if counted[name] > 1
    ] == []
    assert all(address.endswith("@example.org") for address in addresses)


def test_names_come_in_many_scripts_and_shapes(first):
    names = [one.full_name for one in first.delegates.all()]
    assert any("\u0400" <= name[0] <= "\u04ff" for name in names)
    assert any("\u4e00" <= name[0] <= "\u9fff" for name in names)
    assert any("\u0600" <= name[0] <= "\u06ff" for name in names)
    for mark in (" bin ", " binti ", " a/l ", " a/p ", " anak ", "'"):
        assert any(mark in name for name in names), mark
    assert any(" " not in name for name in names if name.isascii())
    assert any(len(name) > 60 for name in names)


def test_who_writes_in_another_script_gives_a_latin_form(case):
    for person in Person.objects.all():
        if not person.full_name.isascii():
            assert person.latin_name, person.full_name
            assert person.latin_name.isascii()


def test_what_is_invented_says_so(case):
    for organisation in Organisation.objects.all():
        assert organisation.name.endswith("(synthetic)")
    cast = Appointment.objects.filter(until=None)
    assert cast.count() == 9
    assert all("(synthetic)" in appointment.title for appointment in cast)


def test_a_registration_makes_nobody_serve_a_side(first):
    assert not Person.objects.filter(registrations__meeting=first).exclude(party=None).exists()


# --- what became of the first meeting -------------------------------------------------


def test_the_items_stand_in_every_state(first):
    items = list(ActionItem.objects.for_list().filter(meeting=first))
    keys = CLOSING.keys_of(items)
    words = Counter(item.word(len(keys[item.pk]), NOW.date()).name for item in items)
    assert words == {
        "open": 4,
        "one_side": 2,
        "disputed": 2,
        "overdue": 3,
        "awaiting": 2,
        "done": 3,
    }


def test_the_real_item_has_no_date_because_none_was_agreed(first):
    item = first.items.get(number=1)
    assert (item.due_on, item.due_words, item.area) == (None, "", None)
    assert set(item.texts) == {"ms", "ru"}


def test_a_done_item_holds_both_keys_and_an_open_one_does_not(first):
    for item in first.items.all():
        assert CLOSING.complete(item) == (item.status == "done")


def test_every_item_has_an_owner_on_each_side(first):
    for item in first.items.all():
        parts = Undertaking.objects.filter(item=item).select_related("party", "organisation")
        assert {part.party.code for part in parts} == {"MY", "RU"}
        assert all(part.owner and part.organisation.party == part.party for part in parts)


def test_the_latest_report_is_the_last_one(first):
    for part in Undertaking.objects.filter(item__meeting=first):
        assert part.latest == part.reports.first()


# --- the second meeting ---------------------------------------------------------------


def test_the_second_meeting_lies_some_weeks_ahead_and_takes_registrations(second):
    assert 28 <= (second.starts_on - NOW.date()).days <= 60
    assert (second.status, second.was_announced) == ("announced", True)
    assert second.desk.takes_registrations
    assert DATES.complete(second)
    assert "ynthetic" in second.about


def test_one_consultation_an_area_in_the_week_before_and_two_of_them_at_once(second):
    consultations = list(second.sittings.filter(kind="consultation"))
    assert {one.area.number for one in consultations} == set(range(1, 9))
    assert all(1 <= (second.starts_on - one.day).days <= 10 for one in consultations)
    starts = Counter(one.starts_at for one in consultations)
    assert sorted(starts.values()) == [1, 1, 1, 1, 1, 1, 2]


def test_every_sitting_lies_in_the_office_hours_of_both_sides(second):
    for sitting in second.sittings.all():
        for party in second.sides():
            assert not day_off(party, sitting.day)
        # 14:00 to 17:00 in Kuala Lumpur is 9:00 to 12:00 in Moscow.
        assert sitting.starts_at.hour >= 6
        assert (sitting.ends_at.hour, sitting.ends_at.minute) <= (9, 0)


@pytest.mark.parametrize("month", range(1, 13))
def test_the_days_avoid_rest_and_holidays_of_both_sides_all_year(case, month):
    parties = list(Party.objects.order_by("code"))
    for day in (1, 9, 17, 25):
        earliest = date(2027, month, day)
        days, plenary = meeting_days(parties, earliest, 4)
        assert len(days) == 4
        assert all(not day_off(party, one) for party in parties for one in [*days, plenary])
        assert 0 <= (plenary - earliest).days <= 21
        assert days == sorted(days)
        assert 0 < (plenary - days[0]).days <= 10


def test_registrations_for_the_second_meeting_wait_are_approved_or_declined(second):
    counts = Counter((one.delegation.party.code, one.status) for one in second.delegates.all())
    assert counts == {
        ("MY", "approved"): 20,
        ("MY", "pending"): 8,
        ("MY", "declined"): 3,
        ("RU", "approved"): 19,
        ("RU", "pending"): 8,
        ("RU", "declined"): 2,
    }
    assert second.desk.quotas.get().taken == second.delegates.live().count()
    assert all(one.reason for one in second.delegates.filter(status="declined"))
    assert second.delegates.filter(registered_at__gt=NOW).count() == 0


def test_meetings_have_a_desk_and_a_delegation_a_side(case):
    for meeting in Meeting.objects.all():
        assert Desk.objects.filter(meeting=meeting).count() == 1
        assert meeting.delegations.count() == 2


# --- the cast -------------------------------------------------------------------------


def test_the_cast_comes_in_by_a_click_or_a_code_and_by_no_password(case):
    for member in the_cast.members():
        user = User.objects.get(email=member.email)
        assert not user.has_usable_password()
        assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()
        assert user.name == member.full_name


def test_the_two_sides_of_the_cast_are_equal(case):
    one, neither, other = the_cast.columns()
    assert [member.role for member in one.members] == [member.role for member in other.members]
    assert {member.role for member in neither.members} == {"neutral", "outsider"}
    assert (one.label, other.label) == ("Malaysia", "Russia")


def test_the_delegates_of_the_cast_are_registered_for_the_coming_meeting(second):
    emails = [one.email for one in the_cast.members() if one.role == "delegate"]
    found = Delegate.objects.filter(meeting=second, email__in=emails)
    assert [one.status for one in found] == ["approved", "approved"]


def test_the_outsider_holds_nothing(case):
    person = Person.objects.get(email=the_cast.member("outsider").email)
    assert person.party is None
    assert not person.appointments.exists()
    assert not person.registrations.exists()


@pytest.mark.urls("tests.test_demo")
@pytest.mark.parametrize("slug", [row["slug"] for row in source.read("cast")["members"]])
def test_one_click_signs_in_as_one_of_the_cast(case, client, settings, slug):
    settings.DEMONSTRATION = True
    answer = client.post(reverse("demo-sign-in", args=[slug]))
    assert (answer.status_code, answer.url) == (302, reverse("work"))
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert user.email == the_cast.member(slug).email


@pytest.mark.urls("tests.test_demo")
def test_without_demonstration_nobody_signs_in_by_a_click(case, client, settings):
    settings.DEMONSTRATION = False
    answer = client.post(reverse("demo-sign-in", args=["secretariat"]))
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.urls("tests.test_demo")
def test_nobody_else_than_the_cast_is_signed_in_by_a_click(case, client, settings):
    settings.DEMONSTRATION = True
    for slug in ("minister-malaysia", "admin", "1"):
        assert client.post(reverse("demo-sign-in", args=[slug])).status_code == 404


@pytest.mark.urls("tests.test_demo")
def test_looking_at_the_address_signs_nobody_in(case, client, settings):
    settings.DEMONSTRATION = True
    assert client.get(reverse("demo-sign-in", args=["secretariat"])).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("demo-sign-in", args=["secretariat"])).status_code == 403


@pytest.mark.urls("tests.test_demo")
def test_the_sign_in_page_shows_the_cast_in_a_demonstration_only(case, client, settings):
    settings.DEMONSTRATION = True
    page = client.get(reverse("account_login")).content.decode()
    assert page.count('class="cast-button"') == len(the_cast.members())
    assert "أمل حداد" in page
    settings.DEMONSTRATION = False
    assert "cast-button" not in client.get(reverse("account_login")).content.decode()
