"""Adding, renaming, ordering, merging and giving up areas of cooperation."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Area, AreaLead, Body
from meetings.operations.appointment import known_organisation
from meetings.operations.body import remember_name
from meetings.permissions import can_speak_for
from portal import journal
from portal.constraints import violations_explained
from portal.models import Organisation, Party, User
from portal.refusal import NotYours, Refused

ADDED = journal.register("area.added", _("added the area “%(area)s”"))
RENAMED = journal.register(
    "area.renamed", _("renamed the area “%(before)s” from %(day)s: “%(after)s”")
)
CORRECTED = journal.register(
    "area.corrected", _("corrected the name of the area “%(before)s”: “%(after)s”")
)
MOVED = journal.register("area.moved", _("put the area “%(area)s” in place %(number)s"))
ORDERED = journal.register("area.ordered", _("put the areas in this order: %(areas)s"))
MERGED = journal.register("area.merged", _("merged the area “%(area)s” into “%(into)s”"))
GIVEN_UP = journal.register("area.given_up", _("gave up the area “%(area)s” after %(day)s"))
LED = journal.register(
    "area.led", _("named who leads the area “%(area)s” for %(side)s: %(organisation)s")
)

NOT_IN_USE_THERE = _("Choose another area of the same body that is in use.")
STILL_TO_COME = _("An area is given up once it is. Choose today or an earlier day.")

ONE_DAY = timedelta(days=1)


# A verb of the history with what it names.
Line = tuple[str, dict[str, Any]]


# --- while the body is being set up ---------------------------------------------------


@transaction.atomic
def add_area(area: Area, *, by: User) -> Area:
    """Add an area at the end of its body's list."""
    _being_set_up(area.body)
    _tell(area.body, added(area), by)
    return area


@transaction.atomic
def rename_area(
    area: Area, *, name: str, names: Mapping[str, str], renamed_on: date | None, by: User
) -> Area:
    """Give an area another name from a day on, or correct the present one without a day."""
    _being_set_up(area.body)
    row = in_use(area)
    if (row.name, row.names) != (name, names):
        _tell(row.body, renamed(row, name=name, names=names, day=renamed_on), by)
    return row


@transaction.atomic
def move_area(area: Area, *, by: User, up: bool) -> Area:
    """Move an area one place up or down; at the end of the list it stays."""
    _being_set_up(area.body)
    row = in_use(area)
    listed = row.body.areas.current()
    if up:
        other = listed.filter(number__lt=row.number).order_by("number").last()
    else:
        other = listed.filter(number__gt=row.number).order_by("number").first()
    if other is None:
        return row
    row.number, other.number = other.number, row.number
    other.save()
    row.save()
    journal.record(row.body, MOVED, by=by, area=row.name, number=row.number)
    return row


@transaction.atomic
def order_areas(body: Body, *, order: Sequence[Area], by: User) -> None:
    """Number all areas in use anew. Raises Refused when the list has changed since."""
    _being_set_up(body)
    wanted, listed = [area.pk for area in order], [area.pk for area in body.areas.current()]
    if sorted(wanted) != sorted(listed):
        raise Refused(gettext("Somebody changed the list meanwhile. Look again, then save again."))
    if wanted != listed:
        _tell(body, ordered(body, wanted), by)


@transaction.atomic
def merge_areas(area: Area, *, into: Area, by: User) -> Area:
    """Merge an area into another of the same body; items and sittings keep the one they had."""
    _being_set_up(area.body)
    row = in_use(area)
    _tell(row.body, merged(row, into), by)
    return row


@transaction.atomic
def give_up_area(area: Area, *, last_day: date, by: User) -> Area:
    """Take an area off the list after a day; what was agreed on it stays."""
    _being_set_up(area.body)
    row = in_use(area)
    _tell(row.body, given_up(row, last_day), by)
    return row


def _being_set_up(body: Body) -> None:
    """Two who change the same list wait for each other. Raises Refused once the body has met."""
    if _locked(body).has_met:
        raise Refused(
            gettext(
                "This body has met, so its areas take the key of every side. Propose the change."
            )
        )


def _tell(body: Body, line: Line, by: User) -> None:
    verb, facts = line
    entry = journal.record(body, verb, by=by, **facts)
    notifications.body_changed(body, [entry], by=by)


# --- what becomes of the list, once the right to it is settled --------------------------


def added(area: Area) -> Line:
    """Put an area at the end of the list."""
    area.number = (area.body.areas.aggregate(last=Max("number"))["last"] or 0) + 1
    with violations_explained(Area):
        area.save()
    return ADDED, {"area": area.name}


def renamed(row: Area, *, name: str, names: Mapping[str, str], day: date | None) -> Line:
    """Give an area in use another name, the old one kept where the new one has its first day."""
    before = row.name
    if day:
        remember_name(row, day)
    row.name, row.names = name, dict(names)
    with violations_explained(Area):
        row.save()
    words = {"before": before, "after": name}
    return (RENAMED, {"day": day, **words}) if day else (CORRECTED, words)


def merged(row: Area, into: Area) -> Line:
    """Merge an area in use into another. Raises Refused when that is none in use there."""
    target = row.body.areas.current().exclude(pk=row.pk).filter(pk=into.pk).first()
    if target is None:
        raise Refused(NOT_IN_USE_THERE)
    row.merged_into = target
    _end(row, timezone.localdate() - ONE_DAY)
    return MERGED, {"area": row.name, "into": target.name}


def given_up(row: Area, last_day: date) -> Line:
    """Take an area in use off the list. Raises Refused for a day that is still to come."""
    if last_day > timezone.localdate():
        raise Refused(STILL_TO_COME)
    _end(row, last_day)
    return GIVEN_UP, {"area": row.name, "day": last_day}


def ordered(body: Body, order: Sequence[int]) -> Line:
    """Number the areas in use anew, in the order of these primary keys."""
    rows = {area.pk: area for area in body.areas.current()}
    for number, pk in enumerate(order, 1):
        rows[pk].number = number
    Area.objects.bulk_update(rows.values(), ["number"])
    names = ", ".join(f"{rows[pk].number}. {rows[pk].name}" for pk in order)
    return ORDERED, {"areas": names}


def in_use(area: Area) -> Area:
    """The area as it stands now. Raises Refused when it is no longer in use."""
    row = Area.objects.select_related("body").get(pk=area.pk)
    if row.until:
        raise Refused(gettext("This area is no longer in use, so it stands as it was."))
    return row


def _end(row: Area, last_day: date) -> None:
    number, row.number, row.until = row.number, None, last_day
    row.save()
    row.body.areas.filter(number__gt=number).update(number=F("number") - 1)


# --- what is one side's own -------------------------------------------------------------


def _locked(body: Body) -> Body:
    return Body.objects.select_for_update(of=("self",)).get(pk=body.pk)


@transaction.atomic
def lead_area(
    area: Area, *, party: Party, organisation: Organisation | None, by: User
) -> AreaLead | None:
    """Name the organisation that leads an area on one side, or nobody. Raises NotYours."""
    _locked(area.body)
    row = in_use(area)
    if not can_speak_for(by, row.body, party):
        raise NotYours(
            gettext("Only %(party)s names who leads on its side.") % {"party": party.label}
        )
    lead = None
    if organisation is None:
        row.leads.filter(party=party).delete()
    else:
        if organisation.pk is None:
            organisation = known_organisation(organisation)
        lead, _made = AreaLead.objects.update_or_create(
            area=row, party=party, defaults={"organisation": organisation}
        )
    entry = journal.record(
        row.body,
        LED,
        by=by,
        area=row.name,
        side=party.short_name,
        organisation=organisation.name if organisation else _("nobody"),
    )
    notifications.body_changed(row.body, [entry], by=by)
    return lead
