"""Whose turn it is to host, and why: a proposal that the sides may depart from with a reason."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext

from meetings.models import Body, Meeting, Rules
from portal.models import Party


@dataclass(frozen=True)
class Turn:
    """The side, or the place, that the rules point to; neither where the sides decide."""

    party: Party | None
    place: str
    words: str

    def departs(self, *, host: Party | None, place: str, mode: str) -> bool:
        """Whether a choice is another than the one the rules point to, so that it needs a reason.

        A side whose turn it is may also host a virtual meeting.
        """
        if self.party:
            return host != self.party
        return bool(self.place) and (mode == "virtual" or place != self.place)


def turn(body: Body, series: str, on: date, but: int | None = None) -> Turn:
    """Whose turn it is for a meeting on a day, by the rules of that day (domain.md 4.3).

    `but` is the meeting itself, where it stands already.
    """
    rules = body.rules_on(on)
    if rules and rules.hosting == Rules.Hosting.OPEN:
        return Turn(None, "", gettext("The sides decide each time who hosts."))
    if rules and rules.hosting == Rules.Hosting.FIXED and rules.hosting_place:
        words = gettext("By its rules the body always meets in %(place)s.")
        return Turn(None, rules.hosting_place, words % {"place": rules.hosting_place})
    return _by_alternation(body, series, on, but)


def _by_alternation(body: Body, series: str, on: date, but: int | None) -> Turn:
    over = Q(status__in=(Meeting.Status.HELD, Meeting.Status.CLOSED, Meeting.Status.CANCELLED))
    hosted = Meeting.objects.filter(over, body=body, series=series, side=None, starts_on__lt=on)
    last = hosted.exclude(host=None).exclude(pk=but).select_related("host").first()
    sides = body.sides(on=on)
    if last is None or not sides:
        return Turn(None, "", gettext("No side has hosted before, so the sides choose who begins."))
    order = [party.pk for party in sides]
    place = order.index(last.host_id) + 1 if last.host_id in order else 0
    party = sides[place % len(sides)]
    words = (
        gettext("%(last)s was to host the %(meeting)s, which was cancelled: %(next)s is next.")
        if last.status == Meeting.Status.CANCELLED
        else gettext("%(last)s hosted the %(meeting)s, so it is the turn of %(next)s.")
    )
    return Turn(
        party,
        "",
        words % {"last": last.host.label, "meeting": last.label, "next": party.label},
    )
