"""What registration asks of a person, and what it adds to the pages of meetings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.models import Delegate, Delegation, Desk, tallies
from delegations.permissions import can_run_desk
from delegations.transitions import DELEGATION, DESK
from meetings.models import Meeting, at_joint, know_bodies, standing
from meetings.permissions import can_see_inside
from portal.models import User
from portal.work import TakingPart, WorkItem

AHEAD = ("announced", "in_session")


def work_for(user: User, today: date) -> Iterator[WorkItem]:
    """Registrations to decide on, desks to open, and one's own registrations."""
    held = standing(user)
    if held.held:
        yield from _decisions(user, today)
        yield from _desks(user, today)
        yield from _delegations(user, today)
    if user.person_id:
        yield from _own(user, today)


def _decisions(user: User, today: date) -> Iterator[WorkItem]:
    waiting = (
        Delegate.objects.decided_by(user)
        .waiting()
        .filter(meeting__status__in=AHEAD, meeting__ends_on__gte=today)
        .order_by()
        .values("meeting")
        .annotate(number=Count("pk"), since=Min("registered_at"))
    )
    found = {row["meeting"]: row for row in waiting}
    if not found:
        return
    meetings = list(Meeting.objects.filter(pk__in=found).for_list())
    know_bodies(meetings)
    for meeting in meetings:
        row = found[meeting.pk]
        yield WorkItem(
            title=meeting.full_label,
            why=ngettext(
                "%(number)s registration waits for your decision.",
                "%(number)s registrations wait for your decision.",
                row["number"],
            )
            % {"number": row["number"]},
            url=f"{reverse('participants', args=[meeting.pk])}?status=pending",
            deed=_("Decide"),
            tone="key",
            since=row["since"],
        )


def _desks(user: User, today: date) -> Iterator[WorkItem]:
    held = standing(user)
    further = held.secretary_in("meeting__numbers__body")
    desks = Desk.objects.filter(
        held.secretary_in("meeting__body") | at_joint(Desk, held, further, "meeting"),
        meeting__in=Meeting.objects.inside(user),
        status=Desk.Status.NOT_OPEN,
        meeting__status__in=AHEAD,
        meeting__ends_on__gte=today,
    )
    desks = list(desks.select_related("meeting__body"))
    know_bodies([desk.meeting for desk in desks])
    for desk in desks:
        yield WorkItem(
            title=desk.meeting.full_label,
            why=_("The meeting is announced, and registration is not open yet."),
            url=desk.get_absolute_url(),
            deed=DESK.transitions["open"].label,
        )


def _delegations(user: User, today: date) -> Iterator[WorkItem]:
    """Own sides' delegations that are still to be submitted or confirmed."""
    to_confirm = Q(status=Delegation.Status.SUBMITTED, meeting__desk__two_stages=True)
    waiting = Delegation.objects.named_by(user).filter(
        Q(status=Delegation.Status.OPEN) | to_confirm,
        meeting__desk__isnull=False,
        meeting__status__in=AHEAD,
        meeting__ends_on__gte=today,
    )
    delegations = list(waiting.for_list())
    know_bodies([delegation.meeting for delegation in delegations])
    for delegation in delegations:
        due, is_open = delegation.next_due, delegation.status == Delegation.Status.OPEN
        why = (
            _("The delegation of %(party)s is not submitted yet.")
            if is_open
            else _("The delegation of %(party)s is submitted, and not confirmed yet.")
        )
        yield WorkItem(
            title=delegation.meeting.full_label,
            why=why % {"party": delegation.party.label},
            url=delegation.get_absolute_url(),
            deed=_("Name people") if is_open else DELEGATION.transitions["confirm"].label,
            tone="late" if due and due < today else "due" if due else "plain",
            due=due,
        )


def _own(user: User, today: date) -> Iterator[WorkItem]:
    own = (
        Delegate.objects.for_list()
        .live()
        .filter(person=user.person_id, meeting__status__in=AHEAD, meeting__ends_on__gte=today)
    )
    know_bodies([delegate.delegation.meeting for delegate in own])
    for delegate in own:
        meeting = delegate.delegation.meeting
        yield WorkItem(
            title=meeting.full_label,
            why=_own_words(delegate),
            url=reverse("registration", args=[delegate.token]),
            deed=_("See or change"),
        )


def _own_words(delegate: Delegate) -> str:
    if delegate.status == Delegate.Status.APPROVED:
        return _("You are registered, and your side has approved it.")
    if delegate.status == Delegate.Status.WAITING:
        return _("You are on the waiting list; you are told when a place becomes free.")
    if delegate.status == Delegate.Status.OFFERED:
        return _("A place became free. Accept it in time, or leave it to the next.")
    if delegate.status == Delegate.Status.ASKED:
        return _("You are registered; your side has a question to you.")
    return _("You are registered; your side has not decided yet.")


def links_for(obj: Any, user: User) -> Iterator[tuple[str, Any]]:
    """On a meeting's page: the way to register, while one can."""
    if isinstance(obj, Meeting) and obj.status in AHEAD:
        desks = Desk.objects.public(user).select_related("meeting__body")
        desk = desks.filter(meeting=obj).first()
        if desk and desk.takes_registrations:
            yield desk.public_path, _("Register")
        elif desk and can_run_desk(user, desk):
            yield desk.get_absolute_url(), DESK.transitions["open"].label


def facts_for(obj: Any, user: User) -> Iterator[tuple[Any, Any]]:
    """On a meeting's page: how many people, as far as the reader may know it of every side."""
    if not isinstance(obj, Meeting) or not (obj.is_over or can_see_inside(user, obj)):
        return
    rows = tallies(obj, user)
    registered = sum(row.registered or 0 for row in rows)
    # Of a meeting that was over before anybody could register here, the portal knows nothing.
    is_known = all(row.registered is not None for row in rows) and (registered or not obj.is_over)
    if rows and is_known:
        yield _("Registered"), registered
    if rows and not obj.is_over:
        yield _("Confirmed"), sum(row.confirmed for row in rows)


def taking_part_for(user: User) -> Iterator[TakingPart]:
    """The user's live registrations, with the sittings chosen."""
    if not user.person_id:
        return
    rows = Delegate.objects.live().filter(person=user.person_id)
    for meeting_id, sitting_id, status in rows.values_list("meeting", "sittings", "status"):
        yield TakingPart(meeting_id, sitting_id, status == Delegate.Status.APPROVED)


def people_for(obj: Any, user: User) -> Iterator[tuple[Any, int | None]]:
    """At a meeting: those whose registration is approved, with their side."""
    if not isinstance(obj, Meeting):
        return
    approved = Delegate.objects.visible_to(user).filter(
        delegation__meeting=obj, status=Delegate.Status.APPROVED
    )
    for delegate in approved.select_related("person", "delegation").distinct():
        yield delegate.person, delegate.delegation.party_id


def registered_for(sittings: Iterable[int], user: User) -> Iterator[frozenset[int]]:
    """Of each person registered for several of these sittings: for which ones."""
    live = Delegate.objects.visible_to(user).live()
    chosen: dict[int, set[int]] = defaultdict(set)
    for pk, sitting in live.filter(sittings__in=sittings).values_list("pk", "sittings"):
        chosen[pk].add(sitting)
    yield from (frozenset(some) for some in chosen.values() if len(some) > 1)
