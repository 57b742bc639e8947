"""The dates of a meeting that are kept: planned, announced, held, and why they did not hold."""

from django.db.models import Max, Min

from meetings.models import Meeting, Timing

KEPT = ("starts_on", "ends_on", "precision", "mode", "place")


def keep(meeting: Meeting, kind: str) -> None:
    """Write down the meeting's present days and place, unless they stand there already."""
    last = meeting.timings.filter(kind=kind).last()
    facts = {name: getattr(meeting, name) for name in KEPT}
    if last and not last.reason and all(getattr(last, name) == facts[name] for name in KEPT):
        return
    Timing.objects.create(meeting=meeting, kind=kind, **facts)


def keep_as_lapsed(meeting: Meeting, reason: str) -> None:
    """Say why the days that held until now hold no longer."""
    kind = Timing.Kind.PLANNED
    if meeting.status in Meeting.FIXED:
        kind = Timing.Kind.ANNOUNCED
    keep(meeting, kind)
    meeting.timings.filter(kind=kind, reason="").update(reason=reason)


def keep_as_held(meeting: Meeting) -> None:
    """Propose the days on which it was held, from its sittings; the secretariat corrects them."""
    days = meeting.sittings.taking_place().filter(day__gte=meeting.starts_on)
    span = days.aggregate(first=Min("day"), last=Max("day"))
    if meeting.timings.filter(kind=Timing.Kind.ACTUAL).exists():
        return  # in one part or in several
    Timing.objects.create(
        meeting=meeting,
        kind=Timing.Kind.ACTUAL,
        starts_on=span["first"] or meeting.starts_on,
        ends_on=span["last"] or meeting.ends_on,
        precision=Meeting.Precision.DAY if span["first"] else meeting.precision,
        mode=meeting.mode,
        place=meeting.place,
    )
