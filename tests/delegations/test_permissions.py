"""Two matrices: who may do what, and what can be done from which status."""

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegate, Desk, miscounted, release_place, take_place
from delegations.transitions import DELEGATE, DESK
from portal.refusal import NotYours, Refused
from tests.cast import PEOPLE
from tests.factories import make_delegate, make_desk, make_meeting, make_user

# --- cast × deed ----------------------------------------------------------------------

# For each deed those who may do it; nobody else of the cast does.
MAY = {
    ("desk", "open"): {"officer_my", "officer_ru", "neutral"},
    ("desk", "close"): {"officer_my", "officer_ru", "neutral"},
    ("malaysian", "approve"): {"focal_my"},
    ("malaysian", "decline"): {"focal_my"},
    ("russian", "approve"): {"focal_ru"},
    ("russian", "decline"): {"focal_ru"},
    ("malaysian", "ask_back"): {"focal_my"},
    ("malaysian", "answer"): set(),
    ("malaysian", "cancel"): set(),
    ("malaysian", "reconsider"): set(),
}

# Who sees a registration, by side and status.
SEES = {
    ("malaysian", "pending"): {"officer_my", "chair_my", "focal_my", "neutral"},
    ("malaysian", "declined"): {"officer_my", "chair_my", "focal_my", "neutral"},
    ("malaysian", "cancelled"): {"officer_my", "chair_my", "focal_my", "neutral"},
    ("malaysian", "approved"): set(PEOPLE) - {"delegate", "outsider"},
    ("russian", "pending"): {"officer_ru", "chair_ru", "focal_ru", "neutral"},
    ("russian", "declined"): {"officer_ru", "chair_ru", "focal_ru", "neutral"},
    ("russian", "cancelled"): {"officer_ru", "chair_ru", "focal_ru", "neutral"},
    ("russian", "approved"): set(PEOPLE) - {"delegate", "outsider"},
}


@pytest.fixture
def rows(cast):
    meeting = make_meeting(cast.group, status="announced")
    return {
        "desk": make_desk(meeting),
        "malaysian": make_delegate(meeting, cast.malaysia, status="pending"),
        "russian": make_delegate(meeting, cast.russia, status="pending"),
    }


@pytest.mark.parametrize(("what", "deed"), MAY)
def test_a_deed_is_offered_and_let_through_for_those_who_may_and_nobody_else(
    cast, rows, what, deed
):
    workflow = DESK if what == "desk" else DELEGATE
    transition = workflow.transitions[deed]
    row = rows[what]
    offered, done = set(), set()
    for who, user in cast.people.items():
        put(row, transition.sources[0])
        if deed in {offer.transition.name for offer in workflow.offers(row, user)}:
            offered.add(who)
        try:
            assert workflow.perform(row, deed, by=user, reason="So.").status == transition.target
            done.add(who)
        except NotYours:
            pass
    assert offered == done == MAY[what, deed]


@pytest.mark.parametrize(("what", "deed"), MAY)
def test_a_page_lets_the_same_people_through(client, cast, rows, what, deed):
    workflow, name = (DESK, "desk-do") if what == "desk" else (DELEGATE, "delegate-do")
    transition = workflow.transitions[deed]
    row = rows[what]
    done = set()
    for who, user in cast.people.items():
        put(row, transition.sources[0])
        client.force_login(user)
        response = client.post(reverse(name, args=[row.pk, deed]), {"reason": "So."})
        row.refresh_from_db()
        if row.status == transition.target:
            done.add(who)
            assert response.status_code == 302
        else:
            assert response.status_code in {403, 404}, who
            assert row.status == transition.sources[0]
    assert done == MAY[what, deed]


@pytest.mark.parametrize(("what", "status"), SEES)
def test_a_registration_shows_to_its_own_side_and_once_approved_to_all_in_office(
    client, cast, rows, what, status
):
    row = rows[what]
    put(row, status)
    listed, opened = set(), set()
    for who, user in cast.people.items():
        if Delegate.objects.visible_to(user).filter(pk=row.pk).exists():
            listed.add(who)
        client.force_login(user)
        if client.get(reverse("delegate", args=[row.pk])).status_code == 200:
            opened.add(who)
    assert listed == opened == SEES[what, status]


@pytest.mark.parametrize(("what", "side"), [("malaysian", "_my"), ("russian", "_ru")])
def test_the_address_stays_with_the_own_side_and_the_neutral(client, cast, rows, what, side):
    row = rows[what]
    put(row, "approved")
    Delegate.objects.filter(pk=row.pk).update(email="secret@example.org")
    read = set()
    for who, user in cast.people.items():
        client.force_login(user)
        if "secret@" in client.get(reverse("delegate", args=[row.pk])).content.decode():
            read.add(who)
    assert read == {who for who in PEOPLE if who.endswith(side)} | {"neutral"}


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("delegations", set(PEOPLE) - {"delegate", "outsider"}),
        ("participants", set(PEOPLE) - {"delegate", "outsider"}),
        ("desk-places", {"officer_my", "officer_ru", "neutral"}),
    ],
)
def test_the_delegations_are_for_people_in_office(client, cast, rows, name, may):
    url = reverse(name, args=[rows["desk"].meeting_id])
    method = client.get if name in {"delegations", "participants"} else client.post
    through = set()
    for who, user in cast.people.items():
        client.force_login(user)
        status = method(url, {"capacity": "9"}).status_code
        assert status in {200, 302, 403}, who
        if status != 403:
            through.add(who)
    assert through == may


@pytest.mark.parametrize("name", ["delegations", "delegate"])
def test_without_an_account_these_pages_lead_to_sign_in(client, db, name):
    response = client.get(reverse(name, args=[1]))
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_who_registered_sees_the_own_registration_with_an_account(client, cast, rows):
    row = rows["malaysian"]
    row.person = cast.delegate.person
    row.save()
    client.force_login(cast.delegate)
    assert client.get(reverse("delegate", args=[row.pk])).status_code == 200


# --- status × transition --------------------------------------------------------------

DELEGATE_TABLE = {
    **{(status, "set_aside"): "cancelled" for status in Delegate.LIVE},
    ("pending", "approve"): "approved",
    ("pending", "decline"): "declined",
    ("pending", "ask_back"): "asked",
    ("asked", "answer"): "pending",
    ("asked", "approve"): "approved",
    ("asked", "decline"): "declined",
    ("asked", "cancel"): "cancelled",
    ("pending", "cancel"): "cancelled",
    ("approved", "decline"): "declined",
    ("approved", "cancel"): "cancelled",
    ("approved", "reconsider"): "pending",
    ("declined", "approve"): "approved",
    ("waiting", "promote"): "pending",
    ("waiting", "offer"): "offered",
    ("waiting", "decline"): "declined",
    ("waiting", "cancel"): "cancelled",
    ("offered", "accept"): "pending",
    ("offered", "turn_down"): "cancelled",
    ("offered", "expire"): "cancelled",
    ("offered", "decline"): "declined",
    ("offered", "cancel"): "cancelled",
    ("nominated", "cancel"): "cancelled",
    ("nominated", "approve_named"): "approved",
    ("approved", "name_again"): "nominated",
    **{(status, deed): "removed" for status in Delegate.LIVE for deed in ("remove", "give_way")},
}
DESK_TABLE = {
    ("not_open", "open"): "open",
    ("closed", "open"): "open",
    ("open", "close"): "closed",
}


def put(row, status):
    """Set a status past the workflow, with the places that follow from it."""
    fields = {}
    if isinstance(row, Delegate):
        fields["waiting_since"] = timezone.now()
        before, after = (one in Delegate.HOLDING for one in (row.status, status))
        if before and not after:
            release_place(row)
        if after and not before:
            take_place(row)
    type(row).objects.filter(pk=row.pk).update(status=status, **fields)
    row.refresh_from_db()


@pytest.mark.parametrize("status", Delegate.Status.values)
@pytest.mark.parametrize("deed", DELEGATE.transitions)
def test_a_registration_moves_by_its_table_and_keeps_the_places_right(cast, rows, status, deed):
    row = rows["malaysian"]
    put(row, status)
    target = DELEGATE_TABLE.get((status, deed))
    if target:
        assert DELEGATE.perform(row, deed, by=None, reason="So.").status == target
    else:
        with pytest.raises(Refused):
            DELEGATE.perform(row, deed, by=None, reason="So.")
        target = status
    row.refresh_from_db()
    assert row.status == target
    desk = Desk.objects.get(pk=rows["desk"].pk)
    assert miscounted(desk.quotas.all()) == []


@pytest.mark.parametrize("status", Desk.Status.values)
@pytest.mark.parametrize("deed", DESK.transitions)
def test_a_desk_moves_by_its_table(cast, rows, status, deed):
    desk = rows["desk"]
    put(desk, status)
    target = DESK_TABLE.get((status, deed))
    if target:
        assert DESK.perform(desk, deed, by=cast.officer_my).status == target
    else:
        with pytest.raises(Refused):
            DESK.perform(desk, deed, by=cast.officer_my)


@pytest.mark.parametrize("status", ["proposed", "postponed", "cancelled", "held", "closed"])
def test_registration_opens_only_for_a_meeting_that_is_announced(cast, status):
    desk = make_desk(make_meeting(cast.group, status=status), status="not_open")
    [offer] = DESK.offers(desk, cast.officer_my)
    assert offer.blockers == ["The meeting is not announced."]
    with pytest.raises(Refused):
        DESK.perform(desk, "open", by=cast.officer_my)


def test_declining_asks_for_a_reason(cast, rows):
    with pytest.raises(Refused, match="Write a reason"):
        DELEGATE.perform(rows["malaysian"], "decline", by=cast.focal_my, reason="  ")


def test_approval_after_a_decline_needs_a_free_place(cast):
    meeting = make_meeting(cast.group, status="announced")
    make_desk(meeting, capacity=1)
    declined = make_delegate(meeting, cast.malaysia, status="declined")
    make_delegate(meeting, cast.russia, status="pending")
    [offer] = DELEGATE.offers(Delegate.objects.get(pk=declined.pk), cast.focal_my)
    assert offer.blockers == [
        "All places are taken. Somebody has to cancel, or the places be raised, first."
    ]
    with pytest.raises(Refused, match="All places are taken"):
        DELEGATE.perform(declined, "approve", by=cast.focal_my)
    declined.refresh_from_db()
    assert declined.status == "declined"


def test_approval_takes_the_reason_of_an_earlier_decline_away(cast, rows):
    row = DELEGATE.perform(rows["malaysian"], "decline", by=cast.focal_my, reason="Not listed.")
    assert row.reason == "Not listed."
    assert DELEGATE.perform(row, "approve", by=cast.focal_my).reason == ""


def test_a_co_chair_of_the_commission_decides_nothing_of_a_group_and_sees_nobody_waiting(cast):
    meeting = make_meeting(cast.group, status="announced")
    waiting = make_delegate(meeting, cast.malaysia, status="pending")
    above = make_user("chair", cast.malaysia, cast.commission)
    assert waiting not in Delegate.objects.visible_to(above)
    assert waiting in Delegate.objects.visible_to(cast.chair_my)
    assert waiting in Delegate.objects.visible_to(cast.officer_my)
