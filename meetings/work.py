"""What waits for a person in meetings and follow-up."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import (
    ActionItem,
    Deadline,
    Meeting,
    Sitting,
    StatusReport,
    Undertaking,
    standing,
)
from meetings.permissions import can_meet_deadline, can_run
from meetings.transitions import CLOSING, DATES, MEETING
from portal.models import User
from portal.work import WorkItem

SOON = timedelta(days=14)
AT_MOST = 50  # of one sort; nobody reads more in one go, and the lists have the rest


def work_for(user: User, today: date) -> Iterator[WorkItem]:
    """Keys to give, meetings to announce, items that are late or due soon."""
    held = standing(user)
    if held.held:
        yield from _meetings(user, today)
        yield from _closing_keys(user)
        yield from _deadlines(user, today)
    yield from _undertakings(user, today)


def coming_for(user: User, today: date) -> list[Sitting]:
    """The next sittings in the bodies where the user holds an office."""
    held = standing(user)
    if not held.held:
        return []
    return list(
        Sitting.objects.upcoming(timezone.now())
        .filter(held.sees("meeting__body"))
        .select_related("meeting__body", "area")
        .prefetch_related("meeting__body__seats__party")[:12]
    )


def _meetings(user: User, today: date) -> Iterator[WorkItem]:
    ahead = (
        Meeting.objects.filter(standing(user).sees("body"))
        .filter(status__in=[*Meeting.PREPARED[1:], "announced"], ends_on__gte=today)
        .for_list()
        .order_by("starts_on", "pk")[:AT_MOST]
    )
    keys = DATES.keys_of(ahead)
    for meeting in ahead:
        missing = DATES.missing(meeting, keys[meeting.pk])
        own = [party for party in missing if DATES.office(user, meeting, party)]
        if own:
            yield _dates_key(meeting, own[0])
        elif not missing and meeting.status in Meeting.PREPARED and can_run(user, meeting):
            yield _announcement(meeting)


def _dates_key(meeting: Meeting, party) -> WorkItem:
    return WorkItem(
        title=meeting.full_label,
        why=_("The key of %(party)s to dates and place is awaited.") % {"party": party.label},
        url=meeting.get_absolute_url(),
        deed=_("Read and give the key"),
        tone="key",
        due=meeting.starts_on,
    )


def _announcement(meeting: Meeting) -> WorkItem:
    return WorkItem(
        title=meeting.full_label,
        why=_("Every side has agreed to the dates. The meeting can be announced."),
        url=meeting.get_absolute_url(),
        deed=MEETING.transitions["announce"].label,
        due=meeting.starts_on,
    )


def _closing_keys(user: User) -> Iterator[WorkItem]:
    """Items that another side has agreed to close and the user's side not yet."""
    chaired = [one.body_id for one in standing(user).held if one.office == "chair"]
    if not chaired:
        return
    items = list(
        ActionItem.objects.open().filter(meeting__body__in=chaired).for_list().order_by("pk")
    )
    keys = CLOSING.keys_of(items)
    for item in items:
        seals = CLOSING.seals(item, keys[item.pk])
        given = [seal for seal in seals if seal.state == "full"]
        own = [
            seal
            for seal in seals
            if seal.state != "full" and CLOSING.office(user, item, seal.party)
        ]
        if given and own:
            yield WorkItem(
                title=f"{item.reference} · {item.words}",
                why=_("%(party)s says this is done. Your key is awaited.")
                % {"party": given[0].party.label},
                url=item.get_absolute_url(),
                deed=_("Read and give the key"),
                tone="key",
                since=given[0].at,
            )


def _undertakings(user: User, today: date) -> Iterator[WorkItem]:
    """Undertakings of the user, or of a side the user chairs, that are late or due soon."""
    held = standing(user)
    mine = Q(pk__in=Undertaking.objects.owned_by(user).values("pk") if user.person_id else [])
    led = held.serves("item__meeting__body", "party", "chair", "focal_point")
    undertakings = (
        Undertaking.objects.filter(mine | led)
        .filter(item__status=ActionItem.Status.OPEN, item__due_on__lte=today + SOON)
        .exclude(latest__state=StatusReport.State.DONE)
        .select_related("item__meeting__body", "party")
        .order_by("item__due_on")[:AT_MOST]
    )
    for undertaking in undertakings:
        yield _report(undertaking, today)


def _report(undertaking: Undertaking, today: date) -> WorkItem:
    item = undertaking.item
    late = item.is_overdue(today)
    why = _("%(party)s is past the agreed day.") if late else _("%(party)s reports on this soon.")
    return WorkItem(
        title=f"{item.reference} · {item.words}",
        why=why % {"party": undertaking.party.label},
        url=item.get_absolute_url(),
        deed=_("Report"),
        tone="late" if late else "due",
        due=item.due_on,
    )


def _deadlines(user: User, today: date) -> Iterator[WorkItem]:
    """What is due soon or was missed for a meeting, and is the user's to do."""
    found = (
        Deadline.objects.visible_to(user)
        .awaited()
        .filter(due_on__lte=today + SOON)
        .exclude(meeting__status=Meeting.Status.IDEA)
        .select_related("meeting__body", "party")
        .order_by("due_on", "pk")[:AT_MOST]
    )
    for deadline in found:
        if can_meet_deadline(user, deadline):
            yield _deadline(deadline, today)


def _deadline(deadline: Deadline, today: date) -> WorkItem:
    missed = deadline.is_missed(today)
    return WorkItem(
        title=deadline.meeting.full_label,
        why=(_("Missed: %(what)s.") if missed else _("Due soon: %(what)s."))
        % {"what": deadline.get_what_display()},
        url=f"{reverse('meeting-deadlines', args=[deadline.meeting_id])}#deadline-{deadline.pk}",
        deed=_("See the deadlines"),
        tone="late" if missed else "due",
        due=deadline.due_on,
    )
