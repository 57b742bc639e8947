"""A side puts its delegation together, sends it, changes it: the gate is its own."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from delegations import operations, reminders
from delegations.models import Delegate, Delegation, Desk, miscounted, tallies
from delegations.operations import Nomination
from delegations.transitions import DELEGATE, DELEGATION
from meetings.permissions import visible_notices
from portal import work
from portal.models import Person
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.delegations.answers import messages, text_of
from tests.factories import (
    make_body,
    make_delegate,
    make_delegation,
    make_desk,
    make_meeting,
    make_paper,
    make_party,
    make_user,
    today,
)
from tests.together import together


def someone(name="Aminah binti Yusof", **fields) -> Nomination:
    address = fields.pop("email", f"{name.split()[0].lower()}@example.org")
    return Nomination(full_name=name, organisation="Ministry of Works", email=address, **fields)


@pytest.fixture
def ours(fair) -> Delegation:
    """Malaysia's delegation to an announced meeting."""
    return Delegation.objects.for_list().get(meeting=fair.meeting, party=fair.cast.malaysia)


def name(delegation, *people, by):
    return operations.nominate(delegation, list(people) or [someone()], by=by)


def submit(delegation, by):
    return DELEGATION.perform(delegation, "submit", by=by)


# --- naming ---------------------------------------------------------------------------


def test_a_focal_point_names_people_who_wait_for_the_delegation(cast, ours):
    [head, expert] = name(
        ours,
        someone("Aminah binti Yusof", capacity="head", rank=10),
        someone("Rosli bin Ahmad", capacity="expert"),
        by=cast.focal_my,
    )
    assert (head.status, head.track, head.capacity) == ("nominated", "delegation", "head")
    assert expert.person.full_name == "Rosli bin Ahmad"
    assert expert.zone == "Asia/Kuala_Lumpur"


def test_of_several_people_all_are_named_or_nobody(cast, ours):
    with pytest.raises(Refused, match="stands in the list twice"):
        name(ours, someone("Aminah"), someone("Rosli"), someone("aminah"), by=cast.focal_my)
    assert not Delegate.objects.exists()
    assert not Person.objects.filter(full_name="Rosli").exists()


@pytest.mark.parametrize(
    "again",
    [
        someone("Наталья Коннор", latin_name="Natalya Konnor"),
        someone("Natalya Konnor", email="other@example.org"),
        someone("NATALYA KONNOR", email="natalya@example.org"),
        someone("Konnor Natalya", email="third@example.org"),
    ],
)
def test_who_is_in_the_delegation_is_found_by_the_name_in_either_script(cast, ours, again):
    name(ours, someone("Наталья Коннор", latin_name="Natalya Konnor"), by=cast.focal_my)
    with pytest.raises(Refused, match="in the delegation already"):
        name(ours, again, by=cast.focal_my)


def test_another_person_of_the_same_name_can_be_named_when_one_says_so(cast, ours):
    name(ours, someone("Ali bin Abu", email="one@example.org"), by=cast.focal_my)
    other = someone("Ali bin Abu", email="two@example.org", is_another=True)
    [second] = name(ours, other, by=cast.focal_my)
    assert second.person != Delegate.objects.first().person


def test_a_person_known_by_address_and_name_is_the_same_person_over_the_years(cast, ours):
    earlier = Person.objects.create(
        full_name="Амина Юсуф", latin_name="Amina Yusuf", email="amina@example.org", honorific="Dr"
    )
    [delegate] = name(ours, someone("Amina Yusuf", email="Amina@example.org"), by=cast.focal_my)
    assert delegate.person == earlier
    earlier.refresh_from_db()
    assert earlier.full_name == "Амина Юсуф"


def test_a_delegation_has_one_head(cast, ours):
    name(ours, someone("One", capacity="head"), by=cast.focal_my)
    with pytest.raises(Refused, match="The delegation has a head"):
        name(ours, someone("Two", capacity="head"), by=cast.focal_my)


def test_people_of_another_side_cannot_be_named(cast, ours):
    theirs = cast.chair_ru.person
    taken = someone(theirs.full_name, email=theirs.email)
    with pytest.raises(Refused, match="registered for this meeting already, or serves another"):
        name(ours, taken, by=cast.focal_my)


@pytest.mark.parametrize("who", ["officer_ru", "focal_ru", "neutral", "chair_my", "delegate"])
def test_nobody_but_the_sides_focal_point_and_secretary_names_its_people(cast, ours, who):
    with pytest.raises(NotYours):
        name(ours, by=cast.people[who])
    assert not Delegate.objects.exists()


def test_who_takes_a_place_gives_it_back_when_taken_off(cast, ours):
    quota = ours.meeting.desk.quotas.create(limit=1)
    [first] = name(ours, by=cast.focal_my)
    with pytest.raises(Refused, match="No place is left for Rosli"):
        name(ours, someone("Rosli"), by=cast.focal_my)
    DELEGATE.perform(first, "remove", by=cast.focal_my)
    name(ours, someone("Rosli"), by=cast.focal_my)
    assert miscounted([quota.__class__.objects.get(pk=quota.pk)]) == []


# --- the gate -------------------------------------------------------------------------

DEEDS = {
    "submit": ("open", "submitted"),
    "confirm": ("submitted", "confirmed"),
    "send_nobody": ("open", "nobody"),
    "take_back": ("nobody", "open"),
    "reopen": ("submitted", "open"),
}
TABLE = {
    ("open", "submit"): "submitted",
    ("submitted", "confirm"): "confirmed",
    ("open", "send_nobody"): "nobody",
    ("submitted", "send_nobody"): "nobody",
    ("confirmed", "send_nobody"): "nobody",
    ("nobody", "take_back"): "open",
    ("submitted", "reopen"): "open",
    ("confirmed", "reopen"): "open",
}


def put(delegation, status, *, people):
    """Set a status past the workflow, with or without somebody in the delegation."""
    Delegation.objects.filter(pk=delegation.pk).update(status=status)
    delegation.delegates.all().delete()
    if people:
        make_delegate(delegation.meeting, delegation.party, "nominated", track="delegation")
    return Delegation.objects.for_list().get(pk=delegation.pk)


@pytest.mark.parametrize("deed", DEEDS)
def test_each_step_is_for_the_sides_own_focal_point_and_secretary_alone(client, cast, ours, deed):
    Desk.objects.update(two_stages=True)
    source, target = DEEDS[deed]
    offered, done = set(), set()
    for who, user in cast.people.items():
        row = put(ours, source, people=deed != "send_nobody")
        if deed in {offer.transition.name for offer in DELEGATION.offers(row, user)}:
            offered.add(who)
        client.force_login(user)
        url = reverse("delegation-do", args=[ours.pk, deed])
        assert client.post(url, {"reason": "So."}).status_code in {302, 403, 404}
        row.refresh_from_db()
        if row.status == target:
            done.add(who)
    assert offered == done == {"officer_my", "focal_my"}


@pytest.mark.parametrize("status", Delegation.Status.values)
@pytest.mark.parametrize("deed", DELEGATION.transitions)
def test_a_delegation_moves_by_its_table(cast, ours, status, deed):
    Desk.objects.update(two_stages=True)
    row = put(ours, status, people=deed != "send_nobody")
    if target := TABLE.get((status, deed)):
        assert DELEGATION.perform(row, deed, by=cast.focal_my, reason="So.").status == target
    else:
        with pytest.raises(Refused):
            DELEGATION.perform(row, deed, by=cast.focal_my, reason="So.")


def test_without_a_second_stage_there_is_nothing_to_confirm(cast, ours):
    row = put(ours, "submitted", people=True)
    assert "confirm" not in {one.transition.name for one in DELEGATION.offers(row, cast.focal_my)}
    with pytest.raises(NotYours):
        DELEGATION.perform(row, "confirm", by=cast.focal_my)


def test_an_empty_delegation_is_not_submitted_and_a_full_one_does_not_send_nobody(cast, ours):
    with pytest.raises(Refused, match="Nobody is named yet"):
        submit(ours, cast.focal_my)
    name(ours, by=cast.focal_my)
    with pytest.raises(Refused, match="People are named"):
        DELEGATION.perform(ours, "send_nobody", by=cast.focal_my)


def test_a_side_that_sends_nobody_takes_it_back_before_it_names_anybody(cast, ours):
    told = DELEGATION.perform(ours, "send_nobody", by=cast.focal_my)
    with pytest.raises(Refused, match="Take that back first"):
        name(told, by=cast.focal_my)
    name(DELEGATION.perform(told, "take_back", by=cast.focal_my), by=cast.focal_my)


def test_with_one_stage_people_are_approved_when_the_delegation_is_submitted(cast, ours):
    [delegate] = name(ours, by=cast.focal_my)
    submit(ours, cast.focal_my)
    delegate.refresh_from_db()
    assert delegate.status == "approved"
    [late] = name(ours, someone("Rosli"), by=cast.focal_my)
    late.refresh_from_db()
    assert late.status == "approved"


def test_with_two_stages_people_wait_until_the_delegation_is_confirmed(cast, ours):
    Desk.objects.update(two_stages=True)
    [delegate] = name(ours, by=cast.focal_my)
    submitted = submit(ours, cast.focal_my)
    delegate.refresh_from_db()
    assert delegate.status == "nominated"
    DELEGATION.perform(submitted, "confirm", by=cast.focal_my)
    delegate.refresh_from_db()
    assert delegate.status == "approved"


def test_a_delegation_taken_back_is_the_sides_own_again(cast, ours):
    [delegate] = name(ours, by=cast.focal_my)
    DELEGATION.perform(submit(ours, cast.focal_my), "reopen", by=cast.focal_my, reason="Wrong.")
    delegate.refresh_from_db()
    assert delegate.status == "nominated"
    assert delegate not in Delegate.objects.visible_to(cast.focal_ru)


def test_when_the_second_stage_is_given_up_whoever_is_submitted_is_approved(cast, fair, ours):
    Desk.objects.update(two_stages=True)
    [delegate] = name(ours, by=cast.focal_my)
    submit(ours, cast.focal_my)
    operations.set_terms(Desk.objects.get(), {"two_stages": False}, by=cast.neutral)
    delegate.refresh_from_db()
    assert delegate.status == "approved"


# --- what the other sides may know ----------------------------------------------------

OTHERS = ("officer_ru", "chair_ru", "focal_ru", "neutral")
SECRET = "Tengku Rahsia"


@pytest.fixture
def secret(cast, ours):
    [one] = name(
        ours, someone(SECRET, capacity="head", email="rahsia@example.org"), by=cast.focal_my
    )
    return one


@pytest.mark.parametrize("who", OTHERS)
def test_before_submission_nobody_of_another_side_finds_a_trace(client, cast, fair, secret, who):
    user = cast.people[who]
    client.force_login(user)
    meeting, ours = fair.meeting, secret.delegation
    assert secret not in Delegate.objects.visible_to(user)
    assert ours not in Delegation.objects.visible_to(user)
    for page in ("delegations", "participants", "meeting-history", "meeting"):
        html = client.get(reverse(page, args=[meeting.pk]), {"q": "Rahsia"}).content.decode()
        assert SECRET not in html, page
        assert "Head of delegation" not in text_of(
            client.get(reverse("delegations", args=[meeting.pk]))
        )
    own = {row.party.code: row.registered for row in tallies(meeting, user)}
    assert own["my"] in {None, 0}
    for url in (secret.get_absolute_url(), ours.get_absolute_url()):
        assert client.get(url).status_code == 404
    assert not visible_notices(user).filter(email="rahsia@example.org").exists()
    assert SECRET not in " ".join(
        f"{one.title}{one.why}" for one in work.waiting_for(user, today())
    )


@pytest.mark.parametrize("who", ["officer_my", "chair_my", "focal_my"])
def test_the_own_side_finds_it(client, cast, fair, secret, who):
    """So that the test above would see a leak."""
    client.force_login(cast.people[who])
    assert SECRET in client.get(secret.delegation.get_absolute_url()).content.decode()
    assert "Head of delegation" in text_of(
        client.get(reverse("delegations", args=[fair.meeting.pk]))
    )


def test_from_submission_on_everybody_in_office_reads_it_without_addresses(client, cast, secret):
    submit(secret.delegation, cast.focal_my)
    for who in set(PEOPLE) - {"delegate", "outsider"}:
        client.force_login(cast.people[who])
        html = client.get(secret.delegation.get_absolute_url()).content.decode()
        assert SECRET in html, who
        assert "rahsia@example.org" not in html


def test_a_delegation_that_does_not_exist_answers_as_one_that_is_not_yours(client, cast, ours):
    client.force_login(cast.focal_ru)
    hidden = client.get(ours.get_absolute_url())
    missing = client.get(reverse("delegation", args=[ours.pk + 999]))
    assert hidden.status_code == missing.status_code == 404
    assert unnumbered(hidden) == unnumbered(missing)


def unnumbered(response):
    """A page without what differs from request to request: the address and the token."""
    html = response.content.decode()
    return re.sub(r'(name="csrfmiddlewaretoken" value="\w+|/delegations/\d+/)', "", html)


def test_who_was_taken_off_stays_visible_to_the_own_side_alone(client, cast, secret):
    submit(secret.delegation, cast.focal_my)
    secret.refresh_from_db()
    DELEGATE.perform(secret, "remove", by=cast.focal_my)
    for who in OTHERS:
        client.force_login(cast.people[who])
        assert client.get(secret.get_absolute_url()).status_code == 404
        assert SECRET not in client.get(secret.delegation.get_absolute_url()).content.decode(), who
    client.force_login(cast.chair_my)
    assert SECRET in client.get(secret.delegation.get_absolute_url()).content.decode()


def test_a_refusal_does_not_say_with_which_side_a_person_comes(cast, fair, secret):
    theirs = make_delegation(fair.meeting, cast.russia)
    again = someone(SECRET, email="rahsia@example.org")
    with pytest.raises(Refused) as taken:
        name(theirs, again, by=cast.focal_ru)
    assert "alaysia" not in str(taken.value)


def test_of_three_sides_each_knows_the_others_from_their_submission_on(client, db):
    parties = [make_party(code) for code in ("MY", "RU", "AZ")]
    body = make_body(parties)
    meeting = make_meeting(body, status="announced")
    make_desk(meeting)
    points = {party.code: make_user("focal_point", party, body) for party in parties}
    delegations = {party.code: make_delegation(meeting, party) for party in parties}
    for code, point in points.items():
        name(delegations[code], someone(f"Person {code}", email=f"{code}@example.org"), by=point)
    submit(delegations["my"], points["my"])
    client.force_login(points["az"])
    words = text_of(client.get(reverse("participants", args=[meeting.pk])))
    assert "Person my" in words
    assert "Person az" in words
    assert "Person ru" not in words
    told = {notice.party.code for notice in messages("delegation_submitted")}
    assert told == {"ru", "az"}


# --- messages -------------------------------------------------------------------------


def test_who_is_named_gets_a_personal_link_that_opens(client, cast, ours):
    [delegate] = name(ours, by=cast.focal_my)
    [notice] = messages("named")
    assert delegate.token in notice.body
    assert client.get(reverse("registration", args=[delegate.token])).status_code == 200


def test_many_changes_within_an_hour_are_told_in_one_message_when_it_is_over(cast, ours):
    with time_machine.travel(datetime(2026, 9, 1, 9, 10, tzinfo=UTC), tick=False) as clock:
        submit_with(cast, ours, "Aminah")
        name(ours, someone("Rosli"), by=cast.focal_my)
        clock.shift(timedelta(minutes=20))
        name(ours, someone("Wei"), by=cast.focal_my)
        people = {notice.person for notice in messages("delegation_changed")}
        assert people == {cast.officer_ru.person, cast.focal_ru.person, cast.neutral.person}
        assert len(messages("delegation_changed")) == 3
        first = messages("delegation_changed")[0]
        assert first.not_before == datetime(2026, 9, 1, 10, tzinfo=UTC)
        assert "3 people" in first.body


def submit_with(cast, delegation, *names):
    name(delegation, *[someone(one) for one in names], by=cast.focal_my)
    return submit(delegation, cast.focal_my)


def test_changes_before_submission_are_told_to_nobody(cast, ours):
    name(ours, someone("Aminah"), someone("Rosli"), by=cast.focal_my)
    assert not messages("delegation_changed")


# --- days, late and strict ------------------------------------------------------------


@pytest.fixture
def overdue(ours):
    """Malaysia's delegation two days after names were due."""
    Desk.objects.update(nominate_by=today() - timedelta(days=2))
    return Delegation.objects.for_list().get(pk=ours.pk)


def test_where_it_is_lenient_a_late_name_is_taken_logged_and_shown_as_late(client, cast, overdue):
    submit_with(cast, overdue, "Aminah")
    name(overdue, someone("Rosli"), by=cast.focal_my)
    client.force_login(cast.focal_ru)
    words = text_of(client.get(overdue.get_absolute_url()))
    assert "Named late" in words
    assert "changed the delegation of Malaysia late, after the day it was due" in words
    assert "did so late, after the day it was due" in words


def test_where_it_is_strict_a_late_name_is_refused_with_whom_to_ask(cast, overdue):
    Desk.objects.update(is_strict=True)
    delegation = Delegation.objects.for_list().get(pk=overdue.pk)
    with pytest.raises(
        Refused, match=r"takes nothing after that\. Ask the secretariat .* أمل حداد"
    ):
        name(delegation, by=cast.focal_my)
    assert not Delegate.objects.exists()
    [offer] = [
        one
        for one in DELEGATION.offers(delegation, cast.focal_my)
        if one.transition.name == "submit"
    ]
    assert any("takes nothing after that" in sentence for sentence in offer.blockers)


def test_where_it_is_strict_somebody_can_still_be_taken_off(cast, ours):
    [delegate] = name(ours, by=cast.focal_my)
    Desk.objects.update(is_strict=True, nominate_by=today() - timedelta(days=2))
    assert DELEGATE.perform(delegate, "remove", by=cast.focal_my).status == "removed"


def test_between_the_two_days_one_is_replaced_and_nobody_added(cast, ours):
    Desk.objects.update(two_stages=True)
    submit_with(cast, ours, "Aminah")
    Desk.objects.update(
        is_strict=True,
        nominate_by=today() - timedelta(days=2),
        confirm_by=today() + timedelta(days=5),
    )
    with pytest.raises(Refused, match="takes nothing after that"):
        name(ours, someone("Rosli"), by=cast.focal_my)
    former = Delegate.objects.get()
    assert operations.replace(former, someone("Rosli"), by=cast.focal_my).replaces == former


def test_a_day_ends_by_the_sides_own_calendar(cast, ours):
    Desk.objects.update(nominate_by=date(2026, 9, 1))
    delegation = Delegation.objects.for_list().get(pk=ours.pk)
    late_evening = datetime(2026, 9, 1, 17, tzinfo=UTC)  # already the 2nd in Kuala Lumpur
    assert delegation.is_late(delegation.names_due, late_evening)
    theirs = Delegation.objects.for_list().get(party=cast.russia)
    assert not theirs.is_late(theirs.names_due, late_evening)


def test_the_days_are_set_by_secretaries_and_told_to_all_sides(client, cast, fair, ours):
    url = reverse("delegation-terms", args=[fair.meeting.pk])
    day = today() + timedelta(days=3)
    through = set()
    for who, user in cast.people.items():
        client.force_login(user)
        status = client.post(url, {"nominate_by": day.isoformat()}).status_code
        assert status in {302, 403, 404}
        if status == 302:
            through.add(who)
    assert through == {"officer_my", "officer_ru", "neutral"}
    assert Desk.objects.get().nominate_by == day
    assert {one.party for one in messages("terms_set")} == {cast.malaysia, cast.russia, None}


def test_a_day_that_is_over_cannot_be_set(client, cast, fair, ours):
    client.force_login(cast.officer_my)
    url = reverse("delegation-terms", args=[fair.meeting.pk])
    yesterday = today() - timedelta(days=1)
    response = client.post(url, {"nominate_by": yesterday.isoformat(), "is_strict": "on"})
    assert "This day is over" in text_of(response)
    assert Desk.objects.get().nominate_by is None


def test_the_focal_point_is_reminded_once_for_each_threshold_and_not_at_night(cast, ours):
    Desk.objects.update(nominate_by=date(2026, 9, 8))
    day = datetime(2026, 9, 1, 4, tzinfo=UTC)  # noon in Kuala Lumpur, morning in Moscow
    assert reminders.remind_of_delegations(datetime(2026, 8, 31, 17, tzinfo=UTC)) == 0
    assert reminders.remind_of_delegations(day) == 1
    assert reminders.remind_of_delegations(day) == 0
    assert {one.person for one in messages("delegation_due")} == {cast.focal_my.person}
    assert reminders.remind_of_delegations(day + timedelta(hours=4)) == 1  # Moscow is awake
    assert reminders.remind_of_delegations(day + timedelta(days=6, hours=4)) == 2
    assert reminders.remind_of_delegations(day + timedelta(days=8, hours=4)) == 2
    Desk.objects.update(nominate_by=date(2026, 9, 20))
    assert reminders.remind_of_delegations(day + timedelta(days=13, hours=4)) == 2
    assert reminders.remind_of_delegations(day + timedelta(days=90)) == 0


def test_a_delegation_to_be_put_together_waits_for_its_focal_point_and_secretary(cast, ours):
    for who in ("focal_my", "officer_my"):
        whys = [str(item.why) for item in work.waiting_for(cast.people[who], today())]
        assert "The delegation of Malaysia is not submitted yet." in whys
    whys = [str(item.why) for item in work.waiting_for(cast.chair_my, today())]
    assert "The delegation of Malaysia is not submitted yet." not in whys


# --- one after another ----------------------------------------------------------------


def test_a_chain_of_replacements_keeps_place_capacity_and_history(client, cast, ours):
    [first, _other] = name(
        ours, someone("Aminah", capacity="head"), someone("Rosli"), by=cast.focal_my
    )
    operations.arrange(ours, [(first.pk, ""), (_other.pk, "")], by=cast.focal_my)
    second = operations.replace(first, someone("Wei", capacity="head"), by=cast.focal_my)
    third = operations.replace(second, someone("Siti", capacity="head"), by=cast.focal_my)
    assert [one.full_name for one in ours.delegates.live().arranged()] == ["Siti", "Rosli"]
    assert third.replaces == second
    assert second.replaces == first
    client.force_login(cast.focal_my)
    words = text_of(client.get(ours.get_absolute_url()))
    assert "in place of Wei" in words
    assert "followed by Siti" in words
    assert {one.name for one in messages("removed")} == {"Aminah", "Wei"}


def test_a_replacement_takes_over_the_last_place(cast, ours):
    ours.meeting.desk.quotas.create(limit=1)
    [first] = name(ours, by=cast.focal_my)
    assert operations.replace(first, someone("Rosli"), by=cast.focal_my).is_live
    assert miscounted(ours.meeting.desk.quotas.all()) == []


def test_replacing_takes_two_clicks(client, cast, ours):
    [first] = name(ours, someone("Aminah", capacity="expert"), by=cast.focal_my)
    client.force_login(cast.focal_my)
    url = reverse("delegate-replace", args=[first.pk])
    assert url in client.get(ours.get_absolute_url()).content.decode()
    posted = form_of(full_name="Rosli", capacity="expert", email="rosli@example.org")
    assert client.post(url, posted).status_code == 302
    assert [one.full_name for one in ours.delegates.live()] == ["Rosli"]


def form_of(**changes):
    return {
        "full_name": "Aminah binti Yusof",
        "organisation": "Ministry of Works",
        "sector": "government",
        "email": "aminah@example.org",
        "capacity": "delegate",
        "rank": "90",
        "attendance": "virtual",
        "language": "en",
        "zone": "Asia/Kuala_Lumpur",
        **changes,
    }


# --- the focal point's own registration -----------------------------------------------


@pytest.mark.parametrize(
    ("signed_in", "party", "status"),
    [
        ("focal_my", "my", "approved"),
        ("", "my", "pending"),
        ("focal_my", "ru", "pending"),
        ("officer_my", "my", "pending"),
    ],
)
def test_a_focal_points_own_registration_counts_as_approved_on_the_own_side_when_signed_in(
    client, cast, fair, signed_in, party, status
):
    person = cast.people[signed_in or "focal_my"].person
    if signed_in:
        client.force_login(cast.people[signed_in])
    posted = fair.answers(full_name=person.full_name, email=person.email, delegation=party)
    assert client.post(fair.url, posted).status_code == 303
    assert Delegate.objects.get().status == status


def test_a_focal_point_who_names_herself_waits_for_the_delegation_as_all_do(cast, ours):
    person = cast.focal_my.person
    [own] = name(ours, someone(person.full_name, email=person.email), by=cast.focal_my)
    assert own.person == person
    assert own.status == "nominated"


# --- pages ----------------------------------------------------------------------------


def test_a_refused_form_keeps_all_that_was_typed(client, cast, ours):
    name(ours, someone("Aminah binti Yusof"), by=cast.focal_my)
    client.force_login(cast.focal_my)
    url = reverse("delegation-name", args=[ours.pk])
    html = client.post(url, form_of(function="Under-Secretary")).content.decode()
    assert "in the delegation already" in html
    assert "Under-Secretary" in html
    assert client.post(url, form_of(email="2@example.org", is_another="on")).status_code == 302


def test_a_name_in_another_script_asks_for_latin_letters(client, cast, ours):
    client.force_login(cast.focal_my)
    url = reverse("delegation-name", args=[ours.pk])
    assert "in Latin letters too" in text_of(client.post(url, form_of(full_name="Амина")))
    assert client.post(url, form_of(full_name="Амина", latin_name="Amina")).status_code == 302


@pytest.mark.parametrize("page", ["delegation-name", "delegation-past", "delegation-change"])
def test_the_forms_of_a_side_open_for_its_own_people_alone(client, cast, ours, page):
    put(ours, "submitted", people=True)
    through = set()
    for who, user in cast.people.items():
        client.force_login(user)
        if client.get(reverse(page, args=[ours.pk])).status_code == 200:
            through.add(who)
    assert through == {"officer_my", "focal_my"}


def test_the_order_by_hand_stays_and_one_step_saves_the_capacities_too(client, cast, ours):
    people = name(ours, someone("A"), someone("B"), someone("C"), by=cast.focal_my)
    client.force_login(cast.focal_my)
    posted = {"delegate": [one.pk for one in people], "move": f"up:{people[2].pk}"}
    posted |= {f"was-{one.pk}": "delegate" for one in people}
    posted |= {f"capacity-{people[1].pk}": "head"}
    response = client.post(reverse("delegation-arrange", args=[ours.pk]), posted)
    assert f"moved=up-{people[2].pk}" in response["Location"]
    assert "autofocus" in client.get(response["Location"]).content.decode()
    arranged = [(one.full_name, one.capacity) for one in ours.delegates.arranged()]
    assert arranged == [("A", "delegate"), ("C", "delegate"), ("B", "head")]


def test_the_head_changes_hands_in_one_step(cast, ours):
    [one, other] = name(ours, someone("A", capacity="head"), someone("B"), by=cast.focal_my)
    operations.arrange(ours, [(one.pk, "delegate"), (other.pk, "head")], by=cast.focal_my)
    assert ours.delegates.get(capacity="head") == other


def test_past_participants_of_the_own_side_are_found_in_either_script_and_named_at_once(
    client, cast, ours
):
    earlier = make_meeting(cast.group, status="held", starts_on=date(2025, 3, 3))
    for full, latin in (("Наталья Коннор", "Natalya Konnor"), ("Rosli bin Ahmad", "")):
        make_delegate(earlier, cast.malaysia, full_name=full, latin_name=latin)
    make_delegate(earlier, cast.russia, full_name="Rosli of the other side")
    client.force_login(cast.focal_my)
    url = reverse("delegation-past", args=[ours.pk])
    found = client.get(url, {"q": "konnor"})
    assert [one.full_name for one in found.context["found"]] == ["Наталья Коннор"]
    everybody = client.get(url).context["found"]
    assert len(everybody) == 2
    people = [one.person_id for one in everybody]
    kept = client.post(url, {"q": "konnor", "search": "1", "person": people})
    assert len(kept.context["chosen"]) == 2
    assert client.post(url, {"person": people}).status_code == 302
    assert ours.delegates.live().count() == 2
    assert client.get(url).context["found"] == []


def test_letters_are_named_only_to_those_who_may_read_them(client, cast, fair, ours):
    letter = make_paper(
        meeting=fair.meeting, party=cast.malaysia, access="internal", title="Letter 12/2026"
    )
    operations.change_delegation(ours, note="Two more follow.", letters=[letter], by=cast.focal_my)
    submit_with(cast, ours, "Aminah")
    client.force_login(cast.focal_ru)
    words = text_of(client.get(ours.get_absolute_url()))
    assert "Two more follow." in words
    assert "Letter 12/2026" not in words
    client.force_login(cast.focal_my)
    assert "Letter 12/2026" in text_of(client.get(ours.get_absolute_url()))


@pytest.mark.parametrize("number", [1, 30])
def test_a_delegation_asks_the_same_number_of_questions_for_one_and_for_thirty(
    client, cast, ours, number, django_assert_num_queries
):
    people = [someone(f"Person {one}", email=f"p{one}@example.org") for one in range(number)]
    name(ours, *people, by=cast.focal_my)
    client.force_login(cast.focal_my)
    client.get(ours.get_absolute_url())
    with django_assert_num_queries(QUESTIONS):
        client.get(ours.get_absolute_url())


QUESTIONS = 13


# --- the same moment ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_focal_points_who_name_the_same_person_at_once_name_them_once(cast, ours):
    other = make_user("focal_point", cast.malaysia, cast.group)
    outcomes = together(
        lambda: name(ours, someone("Aminah"), by=cast.focal_my),
        lambda: name(ours, someone("Aminah"), by=other),
    )
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    assert Delegate.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_focal_points_who_name_a_head_at_once_leave_one_head(cast, ours):
    other = make_user("focal_point", cast.malaysia, cast.group)
    outcomes = together(
        lambda: name(ours, someone("Aminah", capacity="head"), by=cast.focal_my),
        lambda: name(ours, someone("Rosli", capacity="head"), by=other),
    )
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    assert Delegate.objects.filter(capacity="head").count() == 1
