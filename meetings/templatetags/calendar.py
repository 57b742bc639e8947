"""The lines of the calendar. Written here and not in a template: a month has a hundred of them."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

register = template.Library()

LINE = (
    '<li class="{}"><a href="{}"><span class="calendar-words">{}{}</span>'
    '<span class="calendar-body">{}</span>{}{}</a></li>'
)


@register.simple_tag
def calendar_lines(entries: Iterable) -> str:
    """Hours, words, body, what stands beside it, state and whose alone it is, as links."""
    rows = (
        (one.classes, one.url, _hours(one.hours), one.words, one.body, _beside(one), _state(one))
        for one in entries
    )
    return format_html('<ul class="calendar-lines">{}</ul>', format_html_join("", LINE, rows))


def _hours(hours: str) -> str:
    return format_html("<b>{}</b> ", hours) if hours else ""


def _beside(entry) -> str:
    words = entry.beside
    return format_html('<span class="calendar-beside">{}</span>', words) if words else ""


def _state(entry) -> str:
    words = [entry.state] if entry.state else []
    if entry.keeper:
        words.append(_("Only %(party)s’s side sees this.") % {"party": entry.keeper})
    return format_html_join("", '<span class="calendar-state">{}</span>', ((one,) for one in words))
