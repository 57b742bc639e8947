"""Making, revoking and reading calendar links."""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from meetings.calendars import STAMP, Programme, calendar_text, feed_header, instant
from meetings.models import Area, Feed, Meeting, Room, SittingChair
from meetings.models.feed import labels
from meetings.permissions import can_join
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.work import TakingPart, taking_part_for

MADE = journal.register("feed.made", _("made a calendar link: %(what)s"))
REVOKED = journal.register("feed.revoked", _("revoked a calendar link: %(what)s"))
# What stands of a sitting in a calendar; the rest need not be read a thousand times.
SHOWN = (
    *("meeting_id", "kind", "title", "area_id", "day", "wall", "minutes", "zone", "room_id"),
    *("place", "join_link", "is_open", "status", "uid", "sequence"),
)
SECOND = timedelta(seconds=1)
KEPT = timedelta(days=2)  # a file is believed to the end of its day at most


# --- making and revoking --------------------------------------------------------------


@transaction.atomic
def make_feed(feed: Feed, *, by: User) -> Feed:
    """Make a person's own calendar link. Raises Refused where there is one for the same."""
    feed.user = by
    with violations_explained(Feed):
        feed.save()
    journal.record(feed, MADE, by=by, private_to=by.party, what=feed.get_scope_display())
    return feed


@transaction.atomic
def revoke_feed(feed: Feed, *, by: User) -> None:
    """Void the link at once; what was revoked before stays so."""
    row = Feed.objects.select_for_update(of=("self",)).get(pk=feed.pk)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        journal.record(row, REVOKED, by=by, private_to=by.party, what=row.get_scope_display())


@transaction.atomic
def renew_feed(feed: Feed, *, by: User) -> Feed:
    """Void the link at once and make another for the same."""
    revoke_feed(feed, by=by)
    return make_feed(Feed(scope=feed.scope, body=feed.body, meeting=feed.meeting), by=by)


# --- reading --------------------------------------------------------------------------


@dataclass(frozen=True)
class FeedFile:
    """What stands behind a calendar link, and since when."""

    text: str
    etag: str
    changed_at: datetime


def read_feed(feed: Feed, *, now: datetime) -> FeedFile:
    """Write the file as the person may see it now, and note what it was.

    Its instants are those of the last real change, so that what did not change is the same
    file. What another transaction changes meanwhile is not in the snapshot taken first: it
    counts as changed since.
    """
    snapshot = _snapshot()
    text = _written(feed, now)
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    changed_at = _changed_at(feed, digest, now)
    etag = f"{digest}-{int(changed_at.timestamp())}"
    Feed.objects.filter(pk=feed.pk).update(
        read_at=now,
        etag=etag,
        changed_at=changed_at,
        snapshot=snapshot,
        # Offices and seats begin and end with the day.
        fresh_until=datetime.combine(now.date(), time(), UTC) + timedelta(days=1),
    )
    return FeedFile(text.replace(STAMP, instant(changed_at)), etag, changed_at)


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]


def _changed_at(feed: Feed, digest: str, now: datetime) -> datetime:
    """The second in which the file became what it is, later than that of any file before."""
    if feed.changed_at and feed.etag.startswith(f"{digest}-"):
        return feed.changed_at
    moment = now.replace(microsecond=0)
    return max(moment, feed.changed_at + SECOND) if feed.changed_at else moment


def _written(feed: Feed, now: datetime) -> str:
    """The file in the language and the clock of its person."""
    person = feed.user.person
    language = person.language if person else settings.LANGUAGE_CODE
    zone = person.zone if person else settings.TIME_ZONE
    with translation.override(language), timezone.override(zone):
        taken = taking_part_for(feed.user)
        found = feed.meetings(taken, now.date()).for_list().order_by("starts_on", "pk")
        meetings = list(found)
        programmes = _programmes(feed, taken, meetings)
        name = _("Portal · %(what)s") % {"what": labels([feed], feed.user)[feed.pk]}
        return calendar_text(
            name,
            [(meeting, programmes[meeting.pk]) for meeting in meetings],
            zone=zone,
            header=feed_header(name, zone),
        )


def _programmes(
    feed: Feed, taken: Collection[TakingPart], meetings: list[Meeting]
) -> dict[int, Programme]:
    """The sittings to show of each meeting, each with whether the person may join."""
    by_pk = {meeting.pk: meeting for meeting in meetings}
    in_office = {meeting.pk for meeting in meetings if can_join(feed.user, meeting)}
    invited = {one.sitting_id for one in taken if one.approved} | _presided(feed.user)
    found = feed.sittings(taken).filter(meeting__in=by_pk).only(*SHOWN)
    sittings = list(found.order_by("starts_at", "pk"))
    areas = Area.objects.in_bulk({one.area_id for one in sittings} - {None})
    rooms = Room.objects.in_bulk({one.room_id for one in sittings} - {None})
    programmes: dict[int, Programme] = defaultdict(list)
    for sitting in sittings:
        # Shared by all sittings: a join would make each its own copy.
        sitting.meeting = by_pk[sitting.meeting_id]
        sitting.area = areas.get(sitting.area_id)
        sitting.room = rooms.get(sitting.room_id)
        joins = sitting.meeting_id in in_office or sitting.pk in invited
        programmes[sitting.meeting_id].append((sitting, joins))
    return programmes


def _presided(user: User) -> set[int]:
    """The sittings over which the person presides."""
    found = SittingChair.objects.filter(person=user.person_id)
    return set(found.values_list("sitting", flat=True))


def forget_changes(now: datetime) -> None:
    """Forget which transactions changed calendars, once no link's file can be older."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM meetings_calendarchange WHERE at < %s", [now - KEPT])


def believe_no_file() -> None:
    """Have every link's file written anew when it is next asked for."""
    Feed.objects.update(fresh_until=None)
