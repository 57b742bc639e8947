"""Rules of procedure: versions with dates, inherited from above, told with what they change."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from meetings import operations
from meetings.models import DeadlineRule, Rules
from portal.models import Entry, Notice
from portal.refusal import Refused
from tests.factories import make_body, make_meeting, make_party, make_rules, make_user

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


def typed(**more) -> dict:
    """A form as the browser sends it, with one deadline and one empty row."""
    return {
        "since": "2026-10-01",
        "source": "Rules of 2026",
        "languages": ["en", "ru"],
        "publication": "all",
        "chairing": "each_side",
        "hosting": "alternates",
        "hosting_place": "",
        "quorum_per_side": "",
        "every_months": "12",
        "record_name": "Protocol",
        "deadlines-TOTAL_FORMS": "2",
        "deadlines-INITIAL_FORMS": "0",
        "deadlines-0-what": "papers",
        "deadlines-0-days": "14",
        "deadlines-0-unit": "days",
        "deadlines-0-when": "before",
        "deadlines-1-what": "",
        "deadlines-1-unit": "days",
        "deadlines-1-when": "before",
        **more,
    }


# --- which rules hold -----------------------------------------------------------------


def test_a_body_without_rules_goes_by_the_nearest_above(db):
    commission = make_body()
    group = make_body(kind="working_group", parent=commission)
    sub_group = make_body(kind="sub_group", parent=group)
    top = make_rules(commission)
    assert sub_group.rules_on(TODAY) == top
    near = make_rules(group)
    assert sub_group.rules_on(TODAY) == near
    own = make_rules(sub_group)
    assert sub_group.rules_on(TODAY) == own
    assert commission.rules_on(TODAY) == top


def test_a_day_without_own_rules_falls_back_to_those_above(db):
    commission = make_body()
    group = make_body(kind="working_group", parent=commission)
    top = make_rules(commission)
    make_rules(group, since=date(2026, 1, 1))
    assert group.rules_on(date(2025, 12, 31)) == top
    assert group.rules_on(date(2026, 1, 1)) != top


def test_no_rules_at_all_are_no_error(db):
    assert make_body().rules_on(TODAY) is None


@pytest.mark.parametrize("rows", [1, 30])
def test_the_rules_of_many_bodies_are_found_in_two_queries(db, django_assert_num_queries, rows):
    commission = make_body()
    make_rules(commission, deadlines=[("papers", 14)])
    groups = [make_body(kind="working_group", parent=commission) for _number in range(rows)]
    own = make_rules(groups[0])
    with django_assert_num_queries(2):
        found = Rules.objects.applying((group, TODAY) for group in groups)
        assert all(len(rules.deadlines.all()) < 2 for rules in found.values())
    assert found[groups[0].pk, TODAY] == own
    for group in groups:
        assert found[group.pk, TODAY] == group.rules_on(TODAY)


# --- new rules ------------------------------------------------------------------------


def test_new_rules_end_the_earlier_the_day_before(client, cast):
    earlier = make_rules(cast.group)
    client.force_login(cast.officer_my)
    answer = client.post(reverse("rules-new", args=[cast.group.pk]), typed())
    assert answer["Location"] == reverse("body-rules", args=[cast.group.pk])
    earlier.refresh_from_db()
    assert earlier.until == date(2026, 9, 30)
    new = cast.group.rules.get(since=date(2026, 10, 1))
    assert (new.languages, new.every_months, new.until) == (["en", "ru"], 12, None)
    assert [(rule.what, rule.days) for rule in new.deadlines.all()] == [("papers", 14)]


def test_rules_cannot_begin_before_those_that_stand(client, cast):
    make_rules(cast.group, since=date(2027, 1, 1))
    client.force_login(cast.officer_my)
    answer = client.post(reverse("rules-new", args=[cast.group.pk]), typed())
    shown = answer.content.decode()
    assert "Rules from that day or later stand already. Choose a later first day." in shown
    assert "Rules of 2026" in shown  # what was typed is kept
    assert cast.group.rules.count() == 1


def test_two_who_enter_rules_for_the_same_day_do_not_both_succeed(cast):
    for expected in (True, False):
        new = Rules(body=cast.group, since=date(2026, 10, 1))
        if expected:
            assert operations.adopt_rules(new, deadlines=[], by=cast.officer_my).pk
        else:
            with pytest.raises(Refused):
                operations.adopt_rules(new, deadlines=[], by=cast.officer_ru)
    assert cast.group.rules.count() == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"deadlines-0-days": ""}, "Say how many days."),
        (
            {"deadlines-1-what": "papers", "deadlines-1-days": "3"},
            "“Papers sent” stands there twice. Keep one line of it.",
        ),
        ({"since": ""}, "This field is required."),
        ({"every_months": "-1"}, "greater than or equal to 0"),
    ],
)
def test_wrong_rules_are_refused_in_words_and_nothing_is_stored(client, cast, more, sentence):
    client.force_login(cast.officer_my)
    answer = client.post(reverse("rules-new", args=[cast.group.pk]), typed(**more))
    assert sentence in answer.content.decode().replace("&quot;", "“")
    assert not cast.group.rules.exists()


def test_working_days_of_a_side_are_kept_only_where_working_days_count(client, cast):
    client.force_login(cast.officer_my)
    more = {"deadlines-0-calendar_of": str(cast.russia.pk)}
    client.post(reverse("rules-new", args=[cast.group.pk]), typed(**more))
    assert DeadlineRule.objects.get().calendar_of is None
    more["deadlines-0-unit"] = "working_days"
    client.post(reverse("rules-new", args=[cast.commission.pk]), typed(**more))
    assert DeadlineRule.objects.latest("pk").calendar_of == cast.russia


def test_only_secretaries_enter_rules(client, cast):
    address = reverse("rules-new", args=[cast.group.pk])
    for name, user in cast.people.items():
        client.force_login(user)
        may = name in {"officer_my", "officer_ru", "neutral"}
        assert client.get(address).status_code == (200 if may else 403), name


# --- what is told ---------------------------------------------------------------------


def test_the_history_and_the_message_say_what_changed(cast):
    make_rules(cast.group, every_months=24, deadlines=[("papers", 14), ("minutes", 7)])
    new = Rules(body=cast.group, since=date(2026, 10, 1), every_months=12, source="Rules of 2026")
    deadlines = [
        DeadlineRule(what="papers", days=21),
        DeadlineRule(what="agenda_agreed", days=10),
    ]
    operations.adopt_rules(new, deadlines=deadlines, by=cast.officer_my)
    sentences = {entry.sentence for entry in Entry.objects.about(cast.group)}
    assert sentences == {
        "entered rules of procedure from Oct. 1, 2026",
        "changed in the rules: where they stand; before: “not said”, now: “Rules of 2026”",
        "changed in the rules: months between ordinary meetings; before: “24”, now: “12”",
        "changed in the rules: Papers sent, 21 days before the first day instead of 14",
        "added to the rules: Agenda agreed, 10 days before the first day",
        "dropped from the rules: Minutes ready",
    }
    notice = Notice.objects.get(email=cast.chair_ru.email)
    for sentence in sentences:
        assert f"- {sentence}" in notice.body
    assert set(Notice.objects.values_list("email", flat=True)) == {
        cast.chair_ru.email,
        cast.officer_ru.email,
        cast.neutral.email,
    }


def test_the_first_own_rules_are_compared_with_those_above(cast):
    make_rules(cast.commission, every_months=12)
    operations.adopt_rules(
        Rules(body=cast.group, since=TODAY, every_months=6), deadlines=[], by=cast.neutral
    )
    assert any("“12”, now: “6”" in entry.sentence for entry in Entry.objects.about(cast.group))


def test_all_sides_of_three_are_told_of_new_rules_but_the_one_that_entered_them(db):
    sides = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(sides)
    officers = [make_user("secretary", party, body) for party in sides]
    operations.adopt_rules(Rules(body=body, since=TODAY), deadlines=[], by=officers[2])
    assert set(Notice.objects.values_list("email", flat=True)) == {
        officers[0].email,
        officers[1].email,
    }


def test_the_deadlines_of_a_meeting_ahead_follow_the_new_rules(cast):
    meeting = make_meeting(cast.group, starts_on=date(2026, 12, 1))
    new = Rules(body=cast.commission, since=date(2026, 10, 1))
    operations.adopt_rules(
        new, deadlines=[DeadlineRule(what="papers", days=14)], by=cast.officer_my
    )
    assert [(one.what, one.due_on) for one in meeting.deadlines.all()] == [
        ("papers", date(2026, 11, 17))
    ]


# --- the page -------------------------------------------------------------------------


def test_the_page_lists_all_versions_with_their_periods(client, cast):
    make_rules(cast.group, until=date(2025, 12, 31), source="Rules of 2019")
    make_rules(cast.group, since=date(2026, 1, 1), source="Rules of 2026", languages=["ru", "xx"])
    shown = page(client, reverse("body-rules", args=[cast.group.pk]))
    assert shown.index("Rules of 2026") < shown.index("Rules of 2019")
    assert shown.index("In force") < shown.index("No longer in force")
    assert "Russian, xx" in shown


def test_a_body_that_inherits_says_so_and_shows_them_in_words(client, cast):
    make_rules(cast.commission, quorum_per_side=3, deadlines=[("papers", 14)])
    for address in (cast.group.get_absolute_url(), reverse("body-rules", args=[cast.group.pk])):
        shown = page(client, address)
        assert "3 members of each side" in shown
    assert "14 days before the first day" in shown  # on the page of rules, which has them all
    assert "none of its own" in page(client, cast.group.get_absolute_url())


def test_new_rules_begin_with_what_is_in_force(client, cast):
    make_rules(cast.commission, record_name="Protocol", deadlines=[("papers", 14)])
    client.force_login(cast.officer_ru)
    shown = page(client, reverse("rules-new", args=[cast.group.pk]))
    assert 'value="Protocol"' in shown
    assert 'value="14"' in shown


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_of_rules_costs_the_same_with_one_version_and_with_thirty(
    client, cast, django_assert_num_queries, rows
):
    for number in range(rows):
        day = date(2000 + number % 30, 1, 1 + number // 30)
        rules = make_rules(cast.group, since=day, until=date(day.year, 6, 30))
        DeadlineRule.objects.create(rules=rules, what="papers", days=3, calendar_of=cast.russia)
    make_rules(cast.group, since=date(2040, 1, 1), deadlines=[("papers", 14)])
    client.force_login(cast.officer_my)
    with django_assert_num_queries(14):
        page(client, reverse("body-rules", args=[cast.group.pk]))
