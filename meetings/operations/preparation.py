"""Preparing the next meeting from one that was: chosen things come along, nothing is sent."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Body,
    Capacity,
    Meeting,
    Participation,
    Sitting,
    standing,
)
from meetings.operations.agenda import add_reports
from meetings.operations.deadline import reckon_deadlines
from meetings.operations.meeting import next_number
from portal import journal
from portal.clocks import NoSuchTime
from portal.languages import in_every_language, in_source
from portal.models import Party, User
from portal.refusal import Refused

PREPARED = journal.register("meeting.prepared", _("prepared it from the %(meeting)s"))
IMPLEMENTATION = _("Implementation of what was agreed before")

# What of a sitting is the same next time; rooms, joining links and chairs are found anew.
OF_A_SITTING = (
    *("kind", "title", "level", "mode", "wall", "minutes", "zone"),
    *("is_open", "languages", "capacity"),
)
OF_A_POINT = (
    *("position", "title", "titles", "text", "proposer", "is_open", "minutes", "outcome"),
)
INVITED = (Capacity.OBSERVER, Capacity.INVITED)


def what_may_come_along(meeting: Meeting) -> dict[str, int]:
    """How many things of each sort there are to bring into the next meeting."""
    return {
        "sittings": meeting.sittings.taking_place().count(),
        "agenda": AgendaItem.objects.listed().filter(agenda__meeting=meeting).count(),
        "invited": meeting.participations.filter(capacity__in=INVITED).count(),
        "items": _open_items(meeting).count(),
    }


@transaction.atomic
def prepare_next(
    meeting: Meeting,
    *,
    starts_on: date,
    chosen: Collection[str],
    by: User,
    reports: Sequence[Body] = (),
) -> Meeting:
    """Begin the next meeting of a body as an idea of the own side, with what was chosen.

    `chosen` names what comes along: sittings, agenda, invited, items; `reports` the bodies
    beneath whose reports the agenda is to have. Deadlines follow from
    the rules. Nobody is told: an idea is seen by the own side alone until it is proposed.
    Raises Refused when a sitting would fall on a time that its clocks skip.
    """
    following = _begin(meeting, starts_on, side_of(by, meeting))
    if "sittings" in chosen:
        _bring_sittings(meeting, following)
    if "agenda" in chosen:
        _bring_agenda(meeting, following)
    if reports:
        add_reports(_agenda(following), reports)
    if "items" in chosen:
        _bring_open_items(meeting, following)
    if "invited" in chosen:
        _bring_invited(meeting, following)
    reckon_deadlines(following, by=by)
    journal.record(
        following, PREPARED, by=by, private_to=following.side, meeting=meeting.full_label
    )
    return following


def side_of(user: User, meeting: Meeting) -> Party | None:
    """The side for which the user prepares; none for the neutral secretariat.

    What follows a meeting of one side's own part is that side's.
    """
    if meeting.side_id:
        return meeting.side
    held = standing(user)
    if held.is_neutral(meeting.body):
        return None
    own = held.parties(meeting.body, "secretary")
    return next((party for party in meeting.body.sides() if party.pk in own), None)


def _begin(meeting: Meeting, starts_on: date, side: Party | None) -> Meeting:
    numbered = meeting.series in Meeting.NUMBERED
    following = Meeting(
        body=meeting.body,
        side=side,
        proposer=side,
        series=meeting.series,
        number=next_number(meeting.body, meeting.series) if numbered else None,
        status=Meeting.Status.IDEA,
        about=meeting.about,
        mode=meeting.mode,
        zone=meeting.zone,
        starts_on=starts_on,
        ends_on=starts_on + (meeting.ends_on - meeting.starts_on),
        prepared_from=meeting,
    )
    following.save()
    return following


def _bring_sittings(meeting: Meeting, following: Meeting) -> None:
    """The same sittings at the same times of day, as many days later as the meeting is."""
    later = following.starts_on - meeting.starts_on
    for sitting in meeting.sittings.taking_place().select_related("area"):
        fresh = Sitting(
            meeting=following,
            day=sitting.day + later,
            area=_still_used(sitting.area),
            **{name: getattr(sitting, name) for name in OF_A_SITTING},
        )
        try:
            fresh.save()
        except NoSuchTime as error:
            raise Refused(str(error)) from error


def _still_used(area):
    """The area, the one it was merged into, or none when it was given up."""
    while area is not None and area.until is not None:
        area = area.merged_into
    return area


def _agenda(meeting: Meeting) -> Agenda:
    agenda, _made = Agenda.objects.get_or_create(meeting=meeting)
    return agenda


def _bring_agenda(meeting: Meeting, following: Meeting) -> None:
    """The points in their order, each with a new identity; notes, speakers and papers stay."""
    points = AgendaItem.objects.listed().filter(agenda__meeting=meeting)
    beneath: dict[int | None, list[AgendaItem]] = {}
    for point in points.select_related("area"):
        beneath.setdefault(point.parent_id, []).append(point)
    if points:
        _bring_points(beneath, None, _agenda(following), None)


def _bring_points(
    beneath: dict[int | None, list[AgendaItem]],
    old_parent: int | None,
    agenda: Agenda,
    parent: AgendaItem | None,
) -> None:
    for point in beneath.get(old_parent, []):
        fresh = AgendaItem.objects.create(
            agenda=agenda,
            parent=parent,
            area=_still_used(point.area),
            **{name: getattr(point, name) for name in OF_A_POINT},
        )
        _bring_points(beneath, point.pk, agenda, fresh)


def _open_items(meeting: Meeting):
    """What is open of the body's joint meetings; no side's own items, nor their number."""
    return ActionItem.objects.open().filter(meeting__body=meeting.body, meeting__side=None)


def _bring_open_items(meeting: Meeting, following: Meeting) -> None:
    """One point of the agenda that names every open action item of the body."""
    items = _open_items(meeting)
    lines = [
        f"{item.reference} · {item.text}"
        for item in items.select_related("meeting__body").order_by("meeting__starts_on", "number")
    ]
    if not lines:
        return
    agenda = _agenda(following)
    last = agenda.items.filter(parent=None).order_by("-position").first()
    AgendaItem.objects.create(
        agenda=agenda,
        position=last.position + 1 if last else 1,
        title=in_source(IMPLEMENTATION),
        titles=in_every_language(IMPLEMENTATION),
        text="\n".join(lines),
        outcome=AgendaItem.Outcome.NOTE,
    )


def _bring_invited(meeting: Meeting, following: Meeting) -> None:
    """Observers and invited experts; heads and ambassadors are named by their sides anew."""
    for one in meeting.participations.filter(Q(capacity__in=INVITED)):
        Participation.objects.create(
            meeting=following,
            person_id=one.person_id,
            party_id=one.party_id,
            capacity=one.capacity,
            title=one.title,
        )


def usual_day(meeting: Meeting, today: date) -> date:
    """When the next meeting would fall by the rules, or a year after this one; never past."""
    rules = meeting.body.rules_on(today)
    months = rules.every_months if rules and rules.every_months else 12
    expected = meeting.starts_on + timedelta(days=round(months * 30.44))
    return max(expected, today + timedelta(days=42))
