"""What must be done for a meeting: reckoned by the rules, moved with it, never lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from meetings import operations
from meetings.deadlines import due_day
from meetings.models import Deadline, DeadlineRule, Meeting, Rules
from meetings.reminders import remind_of_deadlines
from meetings.work import work_for
from portal.models import Entry, Notice
from portal.refusal import NotYours
from tests.factories import make_body, make_meeting, make_party, make_user, today
from tests.snapshot import assert_message_stored

FIRST = date(2027, 3, 17)  # a Wednesday


def make_rules(body, *deadlines, **fields):
    rules = Rules.objects.create(body=body, **fields)
    for deadline in deadlines:
        DeadlineRule.objects.create(rules=rules, **deadline)
    return rules


def rule(days, **fields):
    return DeadlineRule(what="papers", days=days, **fields)


@pytest.fixture
def meeting(cast):
    make_rules(
        cast.commission,
        {"what": "agenda_agreed", "days": 30},
        {"what": "delegations", "days": 14, "by_each_side": True},
        {"what": "minutes", "days": 15, "when": "after"},
    )
    meeting = make_meeting(cast.group, starts_on=FIRST, days=2)
    operations.reckon_deadlines(meeting)
    return meeting


def days_of(meeting):
    return {(one.what, one.party_id): one.due_on for one in meeting.deadlines.all()}


# --- reckoning ------------------------------------------------------------------------


def test_days_are_counted_back_from_the_first_day_and_on_from_the_last(cast):
    sides = [cast.malaysia, cast.russia]
    assert due_day(rule(30), FIRST, FIRST, sides) == date(2027, 2, 15)
    after = rule(15, when="after")
    assert due_day(after, FIRST, FIRST + timedelta(days=1), sides) == date(2027, 4, 2)


def test_working_days_skip_the_weekend_and_holidays_of_the_named_side(cast):
    # 8 March 2027 is a holiday in Russia alone, the 10th and 11th in Malaysia alone.
    sides = [cast.malaysia, cast.russia]
    of_russia = rule(8, unit="working_days", calendar_of=cast.russia)
    of_malaysia = rule(8, unit="working_days", calendar_of=cast.malaysia)
    assert due_day(of_russia, FIRST, FIRST, sides) == date(2027, 3, 4)
    assert due_day(of_malaysia, FIRST, FIRST, sides) == date(2027, 3, 3)


def test_working_days_of_nobody_in_particular_are_those_of_all_sides(cast):
    iran = make_party("IR", rest_days=[4, 5], holiday_calendar="")
    plain = make_party("PL", holiday_calendar="")
    together = rule(3, unit="working_days")
    # Friday to Monday: Thursday and Friday rest the one, Saturday and Sunday the other.
    assert due_day(together, date(2027, 3, 18), FIRST, [iran, plain]) == date(2027, 3, 15)


def test_sides_that_never_work_on_the_same_day_still_get_a_deadline(cast):
    one = make_party("W1", rest_days=[1, 2, 3, 4], holiday_calendar="")
    other = make_party("W2", rest_days=[5, 6, 7], holiday_calendar="")
    assert due_day(rule(5, unit="working_days"), FIRST, FIRST, [one, other]) == date(2027, 3, 12)


def test_a_meeting_has_the_deadlines_of_the_nearest_rules(cast, meeting):
    assert days_of(meeting) == {
        ("agenda_agreed", None): date(2027, 2, 15),
        ("delegations", cast.malaysia.pk): date(2027, 3, 3),
        ("delegations", cast.russia.pk): date(2027, 3, 3),
        ("minutes", None): date(2027, 4, 2),
    }
    make_rules(cast.group, {"what": "papers", "days": 5})
    operations.reckon_deadlines(meeting)
    assert days_of(meeting) == {("papers", None): date(2027, 3, 12)}


def test_the_rules_of_the_meetings_own_day_count_and_not_those_of_another(cast):
    make_rules(cast.group, {"what": "papers", "days": 5}, until=date(2026, 12, 31))
    make_rules(cast.group, {"what": "papers", "days": 10}, since=date(2027, 1, 1))
    before = make_meeting(cast.group, starts_on=date(2026, 12, 20))
    after = make_meeting(cast.group, starts_on=FIRST)
    for meeting in (before, after):
        operations.reckon_deadlines(meeting)
    assert days_of(before) == {("papers", None): date(2026, 12, 15)}
    assert days_of(after) == {("papers", None): date(2027, 3, 7)}


def test_three_sides_have_three_deadlines_of_their_own(db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties, code="three")
    make_rules(body, {"what": "delegations", "days": 14, "by_each_side": True})
    meeting = make_meeting(body, starts_on=FIRST)
    operations.reckon_deadlines(meeting)
    assert {one.party for one in meeting.deadlines.all()} == set(parties)


def test_a_meeting_known_only_by_its_year_has_no_deadlines_yet(cast, meeting):
    meeting.precision = "year"
    meeting.save()
    operations.reckon_deadlines(meeting)
    assert days_of(meeting) == {}


# --- moving ---------------------------------------------------------------------------


def test_deadlines_move_with_the_meeting_and_every_secretary_is_told(cast, meeting):
    meeting.starts_on += timedelta(days=7)
    meeting.ends_on += timedelta(days=7)
    meeting.save()
    moved = operations.reckon_deadlines(meeting, by=cast.neutral)
    assert {one.due_on for one in moved} == {date(2027, 2, 22), date(2027, 3, 10), date(2027, 4, 9)}
    told = Notice.objects.filter(template="meetings/emails/deadlines_moved")
    assert {notice.email for notice in told} == {
        "officer-my@example.org",
        "officer-ru@example.org",
        "neutral@example.org",
    }
    malaysian = told.get(email="officer-my@example.org").body
    assert "Delegation lists sent (Malaysia)" in malaysian
    assert "(Russia)" not in malaysian
    assert Entry.objects.about(meeting).filter(verb="deadline.moved").count() == 1


def test_reckoning_again_changes_nothing_and_tells_nobody(cast, meeting):
    before = set(Deadline.objects.values_list("pk", "due_on"))
    assert operations.reckon_deadlines(meeting) == []
    assert set(Deadline.objects.values_list("pk", "due_on")) == before
    assert not Notice.objects.exists()


def test_what_was_done_stays_done_when_the_meeting_moves(cast, meeting):
    agenda = meeting.deadlines.get(what="agenda_agreed")
    operations.meet_deadline(agenda, by=cast.officer_ru)
    meeting.starts_on += timedelta(days=7)
    meeting.ends_on += timedelta(days=7)
    meeting.save()
    operations.reckon_deadlines(meeting)
    agenda.refresh_from_db()
    assert (agenda.due_on, agenda.met_by) == (date(2027, 2, 15), "Савицкая Елена")


def test_a_change_of_dates_on_the_page_moves_the_deadlines(cast, meeting):
    later = FIRST + timedelta(days=14)
    operations.change_meeting(
        meeting,
        changes={"starts_on": later, "ends_on": later},
        revision=meeting.revision,
        by=cast.officer_my,
    )
    assert days_of(meeting)["agenda_agreed", None] == date(2027, 3, 1)


# --- doing ----------------------------------------------------------------------------


def may_mark(cast, meeting, user, what, party=None):
    deadline = meeting.deadlines.get(what=what, party=party)
    try:
        return bool(operations.meet_deadline(deadline, by=user).met_on)
    except NotYours:
        return False


def test_a_side_says_for_itself_alone_that_it_has_done_its_part(cast, meeting):
    may = {
        name
        for name, user in cast.people.items()
        if may_mark(cast, meeting, user, "delegations", cast.malaysia)
    }
    assert may == {"officer_my", "chair_my", "focal_my"}


def test_what_is_done_together_any_secretary_marks(cast, meeting):
    may = {
        name for name, user in cast.people.items() if may_mark(cast, meeting, user, "agenda_agreed")
    }
    assert may == {"officer_my", "officer_ru", "neutral"}


def test_marking_can_be_taken_back_and_stands_in_the_history(cast, meeting):
    deadline = meeting.deadlines.get(what="agenda_agreed")
    operations.meet_deadline(deadline, by=cast.officer_my)
    operations.meet_deadline(deadline, by=cast.officer_my)
    operations.meet_deadline(deadline, by=cast.officer_ru, done=False)
    deadline.refresh_from_db()
    assert (deadline.met_on, deadline.met_by) == (None, "")
    verbs = [entry.verb for entry in Entry.objects.about(meeting).order_by("pk")]
    assert verbs == ["deadline.met", "deadline.unmet"]


def test_the_page_names_the_day_the_rule_and_who_has_to_do_it(client, cast, meeting):
    with time_machine.travel(datetime(2027, 3, 5, 8, tzinfo=UTC), tick=False):
        client.force_login(cast.officer_my)
        page = client.get(reverse("meeting-deadlines", args=[meeting.pk])).content.decode()
    assert "14 days before the first day" in page
    assert page.count("Missed") == 3  # the agenda, and both lists
    assert page.count("Mark as done") == 3  # not Russia's list


def test_the_button_marks_it_and_comes_back_to_the_page(client, cast, meeting):
    client.force_login(cast.officer_my)
    deadline = meeting.deadlines.get(what="delegations", party=cast.malaysia)
    answer = client.post(reverse("deadline-meet", args=[deadline.pk]), {"action": "done"})
    assert answer.url == reverse("meeting-deadlines", args=[meeting.pk])
    deadline.refresh_from_db()
    assert deadline.met_by == "Nurul Ashikin"


def test_outsiders_and_delegates_do_not_see_deadlines(client, cast, meeting):
    for user in (cast.delegate, cast.outsider):
        client.force_login(user)
        assert client.get(reverse("meeting-deadlines", args=[meeting.pk])).status_code in {403, 404}
    assert not Deadline.objects.visible_to(cast.outsider).exists()


def test_the_deadlines_of_an_idea_exist_for_its_own_side_alone(cast, meeting):
    idea = make_meeting(cast.group, "idea", starts_on=FIRST, side=cast.malaysia)
    operations.reckon_deadlines(idea)
    seen = {
        name
        for name, user in cast.people.items()
        if Deadline.objects.visible_to(user).filter(meeting=idea).exists()
    }
    assert seen == {"officer_my", "chair_my", "focal_my"}
    assert {one.party_id for one in idea.deadlines.all()} == {None, cast.malaysia.pk}


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_asks_the_database_as_often_with_many_deadlines(
    client, cast, number, django_assert_num_queries
):
    parties = [cast.malaysia, cast.russia]
    body = make_body(parties, code="busy")
    meeting = make_meeting(body, starts_on=FIRST)
    what = DeadlineRule.What.values
    for count in range(number):
        Deadline.objects.create(
            meeting=meeting,
            what=what[count % len(what)],
            party=make_party(f"P{count}"),
            due_on=FIRST,
        )
    officer = make_user("secretary", None, body)
    client.force_login(officer)
    client.get(reverse("meeting-deadlines", args=[meeting.pk]))
    with django_assert_num_queries(9):
        client.get(reverse("meeting-deadlines", args=[meeting.pk]))


# --- what waits, and reminders --------------------------------------------------------


def test_missed_deadlines_wait_on_the_work_page_of_those_who_have_to_do_them(cast, meeting):
    with time_machine.travel(datetime(2027, 3, 5, 8, tzinfo=UTC), tick=False):
        waits = {
            name: [(one.tone, one.why) for one in work_for(user, today()) if "deadline" in one.url]
            for name, user in cast.people.items()
        }
    lists, agenda = "Missed: Delegation lists sent.", "Missed: Agenda agreed."
    assert waits["officer_my"] == [("late", agenda), ("late", lists)]
    assert waits["focal_ru"] == [("late", lists)]
    assert waits["neutral"] == [("late", agenda)]
    assert waits["delegate"] == waits["outsider"] == []


def test_secretaries_are_reminded_before_the_day_and_after_it_once_each(cast, meeting):
    now, end = datetime(2027, 2, 22, 9, tzinfo=UTC), datetime(2027, 3, 10, tzinfo=UTC)
    found = []
    while now < end:
        with time_machine.travel(now, tick=False):
            remind_of_deadlines(now)
        now += timedelta(hours=6)
    for notice in Notice.objects.filter(email="officer-ru@example.org").order_by("pk"):
        found.append((notice.template.rsplit("/", 1)[1], notice.key.split(":")[2:4]))
    assert found == [
        ("deadline_missed", ["2027-02-15", "1"]),
        ("deadline_due", ["2027-03-03", "-7"]),
        ("deadline_due", ["2027-03-03", "-1"]),
        ("deadline_missed", ["2027-03-03", "1"]),
    ]


def test_nobody_is_reminded_of_what_is_done_or_called_off(cast, meeting):
    for deadline in meeting.deadlines.filter(party=None):
        operations.meet_deadline(deadline, by=cast.neutral)
    now = datetime(2027, 3, 2, 9, tzinfo=UTC)
    assert remind_of_deadlines(now) == 2  # each side's list, to its own secretary
    other = make_meeting(make_cast_of_one_more(cast), "cancelled", starts_on=FIRST)
    Deadline.objects.create(meeting=other, what="papers", due_on=FIRST)
    assert remind_of_deadlines(now) == 0


def make_cast_of_one_more(cast):
    return make_body([cast.malaysia, cast.russia], code="quiet", parent=cast.commission)


# --- the texts ------------------------------------------------------------------------


def test_the_words_of_the_reminders_are_as_they_were_stored(cast, meeting):
    now = datetime(2027, 3, 3, 9, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        remind_of_deadlines(now)
    told = Notice.objects.filter(email="officer-my@example.org")
    for stem in ("deadline_due", "deadline_missed"):
        assert_message_stored(told.get(template=f"meetings/emails/{stem}"), f"meetings/{stem}")


def test_the_words_on_moved_deadlines_are_as_they_were_stored(cast, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_on=date(2027, 3, 24), ends_on=date(2027, 3, 25)
    )
    operations.reckon_deadlines(Meeting.objects.get(pk=meeting.pk))
    assert_message_stored(
        Notice.objects.get(email="officer-ru@example.org"), "meetings/deadlines_moved"
    )
