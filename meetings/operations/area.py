"""Adding, renaming, ordering, merging and giving up areas of cooperation."""

from collections.abc import Mapping
from datetime import date, timedelta

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
MERGED = journal.register("area.merged", _("merged the area “%(area)s” into “%(into)s”"))
GIVEN_UP = journal.register("area.given_up", _("gave up the area “%(area)s” after %(day)s"))
LED = journal.register(
    "area.led", _("named who leads the area “%(area)s” for %(side)s: %(organisation)s")
)

ONE_DAY = timedelta(days=1)


def _locked(body: Body) -> Body:
    """Two who reorder the same list wait for each other."""
    return Body.objects.select_for_update(of=("self",)).get(pk=body.pk)


@transaction.atomic
def add_area(area: Area, *, by: User) -> Area:
    """Add an area at the end of its body's list."""
    _locked(area.body)
    area.number = (area.body.areas.aggregate(last=Max("number"))["last"] or 0) + 1
    with violations_explained(Area):
        area.save()
    entry = journal.record(area.body, ADDED, by=by, area=area.name)
    notifications.body_changed(area.body, [entry], by=by)
    return area


@transaction.atomic
def rename_area(
    area: Area, *, name: str, names: Mapping[str, str], renamed_on: date | None, by: User
) -> Area:
    """Give an area another name from a day on, or correct the present one without a day."""
    row = _in_use(area)
    before = row.name
    if (row.name, row.names) == (name, names):
        return row
    if renamed_on:
        remember_name(row, renamed_on)
    row.name, row.names = name, dict(names)
    with violations_explained(Area):
        row.save()
    words = {"before": before, "after": name}
    if renamed_on:
        entry = journal.record(row.body, RENAMED, by=by, day=renamed_on, **words)
    else:
        entry = journal.record(row.body, CORRECTED, by=by, **words)
    notifications.body_changed(row.body, [entry], by=by)
    return row


@transaction.atomic
def move_area(area: Area, *, by: User, up: bool) -> Area:
    """Move an area one place up or down; at the end of the list it stays."""
    row = _in_use(area)
    in_use = row.body.areas.current()
    if up:
        other = in_use.filter(number__lt=row.number).order_by("number").last()
    else:
        other = in_use.filter(number__gt=row.number).order_by("number").first()
    if other is None:
        return row
    row.number, other.number = other.number, row.number
    other.save()
    row.save()
    journal.record(row.body, MOVED, by=by, area=row.name, number=row.number)
    return row


@transaction.atomic
def merge_areas(area: Area, *, into: Area, by: User) -> Area:
    """Merge an area into another of the same body; items and sittings keep the one they had."""
    row = _in_use(area)
    target = row.body.areas.current().exclude(pk=row.pk).filter(pk=into.pk).first()
    if target is None:
        raise Refused(gettext("Choose another area of the same body that is in use."))
    row.merged_into = target
    _end(row, timezone.localdate() - ONE_DAY)
    entry = journal.record(row.body, MERGED, by=by, area=row.name, into=target.name)
    notifications.body_changed(row.body, [entry], by=by)
    return row


@transaction.atomic
def give_up_area(area: Area, *, last_day: date, by: User) -> Area:
    """Take an area off the list after a day; what was agreed on it stays."""
    row = _in_use(area)
    if last_day > timezone.localdate():
        raise Refused(gettext("An area is given up once it is. Choose today or an earlier day."))
    _end(row, last_day)
    entry = journal.record(row.body, GIVEN_UP, by=by, area=row.name, day=last_day)
    notifications.body_changed(row.body, [entry], by=by)
    return row


@transaction.atomic
def lead_area(
    area: Area, *, party: Party, organisation: Organisation | None, by: User
) -> AreaLead | None:
    """Name the organisation that leads an area on one side, or nobody. Raises NotYours."""
    row = _in_use(area)
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


def _in_use(area: Area) -> Area:
    _locked(area.body)
    row = Area.objects.select_related("body").get(pk=area.pk)
    if row.until:
        raise Refused(gettext("This area is no longer in use, so it stands as it was."))
    return row


def _end(row: Area, last_day: date) -> None:
    number, row.number, row.until = row.number, None, last_day
    row.save()
    row.body.areas.filter(number__gt=number).update(number=F("number") - 1)
