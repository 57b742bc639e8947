"""The components of the look: a tag prepares, its template in `components/` draws.

How each is used stands in `docs/look.md`.
"""

import functools
from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, ngettext

from portal import clocks

register = template.Library()


# --- days and hours -------------------------------------------------------------------

# Russian needs the month in the genitive; the others read as they stand.
SHORT_DAY = {"ru": "j E"}


def _in_zone(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


@register.filter
def day(moment: date | datetime | None) -> str:
    """A date in full, as in “Tue 25 May 2021”, of an instant in the reader's zone."""
    return clocks.day_words(_in_zone(moment)) if moment else ""


@register.filter
def short_day(moment: date | datetime | None) -> str:
    """A date without weekday, as in “3 Jun”, with the year only when it is another."""
    if not moment:
        return ""
    moment = _in_zone(moment)
    text = date_format(moment, SHORT_DAY.get(get_language() or "", "j M"))
    return text if moment.year == timezone.localdate().year else f"{text} {moment.year}"


@register.filter
def ago(moment: date | datetime | None) -> str:
    """How many days something has waited: “today”, “for 3 days”."""
    if not moment:
        return ""
    moment = _in_zone(moment)
    then = moment.date() if isinstance(moment, datetime) else moment
    days = (timezone.localdate() - then).days
    if days <= 0:
        return gettext("today")
    return ngettext("for %(days)s day", "for %(days)s days", days) % {"days": days}


@register.filter
def wall_clock(minutes: int) -> str:
    """Minutes from midnight as the clock shows them: 555 is 09:15."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@register.inclusion_tag("components/clock_line.html")
def clock_line(start: datetime, end: datetime | None = None, places: Iterable = ()) -> dict:
    """An instant or a span in the clocks of all sides, dates repeated where they differ.

    Days and hours are written here: a template would turn them into the reader's zone.
    """
    places = clocks.with_own_place(list(places)) or [clocks.Place(zone="UTC", name="UTC")]
    times = clocks.local_times(start, places, end)
    return {
        "day": clocks.day_words(times[0].start),
        "date": times[0].start.date().isoformat(),
        "times": [_clock(time) for time in times],
    }


@register.inclusion_tag("components/clock_line.html")
def sitting_clock(sitting, places: Iterable = ()) -> dict:
    """When a sitting takes place in all clocks; the day alone where no hour is known."""
    if sitting.is_timed:
        return clock_line(sitting.starts_at, sitting.until, places)
    return {
        "day": clocks.day_words(sitting.day),
        "date": sitting.day.isoformat(),
        "times": [],
        "no_hour": sitting.no_hour,
    }


def _clock(time) -> dict:
    ends_later = time.end and time.end.date() != time.start.date()
    return {
        "city": time.place.name,
        "offset": time.offset,
        "day": clocks.day_words(time.start) if time.other_day else "",
        "date": time.start.date().isoformat(),
        "start": f"{time.start:%H:%M}",
        "start_iso": time.start.isoformat(),
        "end": f"{time.end:%H:%M}" if time.end else "",
        "end_day": clocks.day_words(time.end) if ends_later else "",
        "end_iso": time.end.isoformat() if time.end else "",
        "title": f"{time.place.zone.replace('_', ' ')}, UTC{time.offset}",
    }


@register.inclusion_tag("components/office_band.html")
def office_band(band) -> dict:
    """The office hours of all sides on one day, where they overlap, and the chosen time."""
    rows = [
        {
            "party": row.party,
            "place": row.place,
            "holiday": row.holiday,
            "segments": [_span(segment) for segment in row.segments],
        }
        for row in band.rows
    ]
    return {
        "rows": rows,
        "overlap": [_span(segment) for segment in band.overlap],
        "chosen": _span(band.chosen) if band.chosen else None,
        "sentence": band.sentence,
        "clock": band.rows[0].place if band.rows else None,
        "hours": (0, 6, 12, 18, 24),
    }


def _span(segment: tuple[int, int]) -> dict:
    start, end = segment
    return {"start": start, "end": end, "width": end - start}


# --- sides and people -----------------------------------------------------------------


@register.simple_tag
@functools.cache  # a page shows many of few
def icon(name: str) -> str:
    """A small drawing that always stands beside its word, never for it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("portal/icons.svg"),
        name,
    )


@register.simple_tag
def party_name(party) -> str:
    """A side in words."""
    return format_html('<span class="party"><bdi>{}</bdi></span>', party.label)


@register.inclusion_tag("components/person_name.html")
def person_name(person) -> dict:
    """The name in its own script at full size, the Latin form after it, lighter."""
    latin = person.latin_name if person.latin_name != person.full_name else ""
    return {"honorific": person.honorific, "full_name": person.full_name, "latin_name": latin}


@register.simple_block_tag
def private_edge(content: str, party) -> str:
    """What one side keeps to itself: hatched edge, lock and words, on paper too."""
    return render_to_string("components/private_edge.html", {"content": content, "party": party})


# --- agreement and status -------------------------------------------------------------

SEALS = {"full": "agreed", "empty": "awaiting", "broken": "disputed"}


@register.inclusion_tag("components/seals.html")
def seals(seals: Iterable, compact: bool = False) -> dict:
    """One seal per party, all of one width."""
    rows = [
        {
            "seal": seal,
            "tone": SEALS[seal.state],
            "icon": f"seal-{seal.state}",
            "words": _seal_words(seal),
        }
        for seal in seals
    ]
    return {"rows": rows, "compact": compact}


def _seal_words(seal) -> str:
    words = {
        "full": gettext("%(side)s: key given."),
        "empty": gettext("%(side)s: key awaited."),
        "broken": gettext("%(side)s: key dropped by an edit."),
    }
    return words[seal.state] % {"side": seal.party.label}


TONES = {
    "agreed": "seal-full",
    "awaiting": "seal-empty",
    "disputed": "seal-broken",
    "overdue": "clock",
    "private": "lock",
    "live": "ring",
    "neutral": "dot",
    "done": "check",
}

# Every status word of every table, in one place; a word that is not here is neutral.
STATUSES = {
    "draft": "neutral",
    "not_open": "neutral",
    "planned": "neutral",
    "idea": "private",
    "proposed": "awaiting",
    "counter_proposed": "awaiting",
    "resumed": "live",
    "provisional": "awaiting",
    "adopted": "agreed",
    "active": "live",
    "never_convened": "neutral",
    "dormant": "neutral",
    "listed": "neutral",
    "rejected": "disputed",
    "replaced": "neutral",
    "announced": "live",
    "open": "live",
    "registration": "live",
    "in_session": "live",
    "agreed": "agreed",
    "accepted": "agreed",
    "approved": "agreed",
    "confirmed": "agreed",
    "on_track": "agreed",
    "ongoing": "neutral",
    "in_progress": "neutral",
    "not_started": "neutral",
    "submitted": "awaiting",
    "registered": "awaiting",
    "pending": "awaiting",
    "waiting": "awaiting",
    "awaiting": "awaiting",
    "reported": "awaiting",
    "one_sided": "awaiting",
    "partly": "awaiting",
    "postponed": "awaiting",
    "suspended": "awaiting",
    "delayed": "awaiting",
    "queued": "awaiting",
    "sending": "awaiting",
    "disputed": "disputed",
    "blocked": "disputed",
    "declined": "disputed",
    "overdue": "overdue",
    "late": "overdue",
    "failed": "overdue",
    "nominated": "awaiting",
    "asked": "awaiting",
    "offered": "awaiting",
    "nobody": "neutral",
    "removed": "neutral",
    "cancelled": "neutral",
    "withdrawn": "neutral",
    "lapsed": "neutral",
    "dropped": "neutral",
    "done": "done",
    "closed": "done",
    "held": "done",
    "sent": "done",
    "attended": "done",
}


@register.simple_tag
def badge(label: str, tone: str = "neutral") -> str:
    """A state as a word, a shape and a colour."""
    return format_html(
        '<span class="status tone-{}">{}<span>{}</span></span>', tone, icon(TONES[tone]), label
    )


@register.simple_tag
def status_badge(obj) -> str:
    """The status of anything that has one."""
    label = _statuses(type(obj)).get(obj.status, obj.status)
    return badge(label, STATUSES.get(obj.status, "neutral"))


@functools.cache
def _statuses(model) -> dict:
    """The words of a table's statuses, found once: get_status_display reads all for each row."""
    return dict(model._meta.get_field("status").flatchoices)


@register.inclusion_tag("components/status_pair.html")
def status_pair(item) -> dict:
    """What each side reports, as equal halves; an item, or its pairs in the reader's order."""
    pairs = getattr(item, "status_pair", item)
    return {
        "halves": [
            {
                "party": party,
                "report": report,
                "tone": STATUSES.get(report.state, "neutral") if report else "awaiting",
                "icon": TONES[STATUSES.get(report.state, "neutral") if report else "awaiting"],
            }
            for party, report in pairs
        ]
    }


# --- deeds and what was done ----------------------------------------------------------


@register.inclusion_tag("components/deed_bar.html", takes_context=True)
def deed_bar(context, offers: Iterable) -> dict:
    """What can be done now, the main deed first; what cannot yet, grey, with its sentences."""
    rank = {"main": 0, "plain": 1, "danger": 2}
    rows = [
        {
            "offer": offer,
            "deed": offer.transition,
            "id": slugify(f"deed-{offer.transition.name}-{offer.url}"),
            "opens": bool(offer.transition.asks_reason or offer.transition.warning),
        }
        for offer in sorted(offers, key=lambda offer: rank.get(offer.transition.tone, 1))
    ]
    possible = [row for row in rows if not row["offer"].blockers]
    return {
        "possible": [row for row in possible if row["deed"].tone != "danger"],
        "blocked": [row for row in rows if row["offer"].blockers],
        "grave": [row for row in possible if row["deed"].tone == "danger"],
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/history.html", takes_context=True)
def history(context, entries: Iterable) -> dict:
    """Who, what, when, in words, the newest first; in the reader's clock, which is named."""
    return {"entries": entries, "clock": _own_clock(context.get("user"))}


def _own_clock(user) -> clocks.Place:
    """The reader's clock: the city of the own side where it is kept there, else the zone's."""
    zone = timezone.get_current_timezone_name()
    person = getattr(user, "person", None)
    if person and person.party and person.party.zone == zone:
        return person.party.place
    return clocks.venue(zone)


@register.filter
def offset(moment: datetime) -> str:
    """How far the reader's clock is from UTC at an instant, as in “+08:00”."""
    return clocks.local_times(moment, [_own_clock(None)])[0].offset


WORK = {"key": "key", "late": "clock", "due": "calendar", "plain": "dot"}


@register.inclusion_tag("components/work_item.html")
def work_item(item) -> dict:
    """Why it waits for me, since when, and the deed right there."""
    return {"item": item, "icon": WORK.get(item.tone, "dot")}


@register.inclusion_tag("components/counter_strip.html")
def counter_strip(rows: Iterable) -> dict:
    """Registered, confirmed, attended, by side, on one scale."""
    rows = list(rows)
    full = max((row.registered or 0 for row in rows), default=0) or 1
    return {
        "rows": [
            {
                "party": row.party,
                "figures": (
                    (gettext("Registered"), row.registered),
                    (gettext("Confirmed"), row.confirmed),
                    (gettext("Attended"), row.attended),
                ),
                "bars": [
                    (name, f"{100 * number / full:.2f}")
                    for name, number in (
                        ("registered", row.registered),
                        ("confirmed", row.confirmed),
                        ("attended", row.attended),
                    )
                    if number
                ],
            }
            for row in rows
        ]
    }


# --- pages ----------------------------------------------------------------------------


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page) -> dict:
    """From page to page without losing the filters."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "numbers": list(numbers),
        "ellipsis": page.paginator.ELLIPSIS,
        "request": context.get("request"),
    }


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable) -> dict:
    """The pages of one object: (label, url, current, count or None)."""
    return {"items": list(items)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms) -> dict:
    """Every error of the forms on top of the page, each a link to its field."""
    forms = [form for form in forms if form]
    for form in forms:
        for one in getattr(form, "forms", [form]):
            one.errors_on_top = True  # so that crispy does not say them once more
    return {
        "errors": [error for form in forms for error in _errors(form)],
        "kept": not any(_is_forgotten(field) for form in forms for field in _fields(form)),
    }


def _fields(form) -> Iterable:
    return [field for one in getattr(form, "forms", [form]) for field in one]


def _is_forgotten(field) -> bool:
    """Browsers are never sent back a password or a file, but a form may have kept the file."""
    kind = getattr(field.field.widget, "input_type", "")
    return kind == "password" or (kind == "file" and not field.initial)


def _errors(form) -> list[dict]:
    if hasattr(form, "forms"):  # a formset
        errors = [{"text": text} for text in form.non_form_errors()]
        return errors + [error for one in form.forms for error in _errors(one)]
    errors = [{"text": text} for text in form.non_field_errors()]
    for field in form:
        label = "" if field.is_hidden else _named(form, field.label.rstrip(".:?"))
        anchor = "" if field.is_hidden else _first_control(field)
        errors += [{"text": text, "label": label, "anchor": anchor} for text in field.errors]
    return errors


def _named(form, label: str) -> str:
    """The field's label; of one part among several with the part's name."""
    part = getattr(form, "heading", "")
    return gettext("%(part)s, %(field)s") % {"part": part, "field": label} if part else label


def _first_control(field) -> str:
    """The id of the first thing one can type into; groups of choices have one per choice."""
    return field.id_for_label or f"{field.auto_id}_0"
