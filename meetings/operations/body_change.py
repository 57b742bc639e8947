"""What takes every side's key: put to the sides, keyed, and carried out with the last key."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Appointment, Area, Body, BodyChange, BodyParty, DeadlineRule, Rules
from meetings.operations import area as areas
from meetings.operations.body import remember_name
from meetings.operations.rules import LATER_STAND, later_rules_stand, put_in_force, reckon_by
from meetings.permissions import can_decide_for_all, can_propose_change
from meetings.rules import read, written
from meetings.transitions import BODY, BODY_CHANGE, CHANGE
from portal import journal
from portal.constraints import violations_explained
from portal.models import Entry, Party, User
from portal.refusal import NotYours, Refused

PROPOSED = journal.register("body.proposed", _("proposed to the sides: %(change)s"))
SEATED = journal.register("body.seated", _("gave %(side)s a seat from %(day)s"))
LEFT = journal.register("body.left", _("ended the seat of %(side)s after %(day)s"))
PUT_FIRST = journal.register("body.put_first", _("put %(side)s first in shared prints"))
PUBLISHED = journal.register("body.published", _("made the body known to the public"))
HIDDEN = journal.register("body.hidden", _("hid the body from the public"))
MOVED = journal.register(
    "body.moved", _("placed the body beneath “%(place)s”; before: “%(before)s”")
)

# A verb of the history, with a reason of its own or none, and what it names.
Line = tuple[str, str, dict[str, Any]]


# --- what is put to the sides ---------------------------------------------------------


def new_area(body: Body, *, name: str, names: dict[str, str]) -> BodyChange:
    """An area to be added at the end of the list."""
    return BodyChange(body=body, kind="add_area", terms={"name": name, "names": names})


def new_name(area: Area, *, name: str, names: dict[str, str], renamed_on: Any) -> BodyChange:
    """Another name of an area from a day, or a correction without one."""
    terms = {"name": name, "names": names, "stood": _named(area)}
    return BodyChange(body=area.body, kind="rename_area", area=area, day=renamed_on, terms=terms)


def merger(area: Area, *, into: Area) -> BodyChange:
    """An area that is to go into another."""
    return BodyChange(body=area.body, kind="merge_area", area=area, into=into)


def end_of_area(area: Area, *, last_day: Any) -> BodyChange:
    """An area that is to leave the list after a day."""
    return BodyChange(body=area.body, kind="end_area", area=area, day=last_day)


def new_order(body: Body, *, order: Iterable[Area]) -> BodyChange:
    """The areas in use in another order."""
    rows = [{"pk": area.pk, "name": area.name, "names": area.names} for area in order]
    return BodyChange(body=body, kind="order_areas", terms={"order": rows, "stood": _listed(body)})


def new_rules(rules: Rules, *, deadlines: Iterable[DeadlineRule]) -> BodyChange:
    """Rules of procedure from a day on, beside those that hold then."""
    terms = {"rules": written(rules, deadlines), "stood": _ruled(rules.body, rules.since)}
    return BodyChange(body=rules.body, kind="rules", day=rules.since, terms=terms)


def _named(area: Area) -> list[Any]:
    return [area.name, area.names]


def _listed(body: Body) -> list[int]:
    return [area.pk for area in body.areas.current()]


def _ruled(body: Body, day: Any) -> dict[str, Any] | None:
    return written(body.rules_on(day))


@transaction.atomic
def propose_change(change: BodyChange, *, party: Party | None, by: User) -> BodyChange:
    """Put a change of the body to the sides, with the proposer's own key.

    Without a party it is the neutral secretariat. What the sides told it by note verbale it
    enters for all: that is carried out at once, and every side is told. Areas, rules and the
    place in the tree it can only propose: it has no key.
    """
    change.proposer, change.by_name = party, by.name
    body = _locked(change)
    if party is None and not can_decide_for_all(by, body):
        raise NotYours(gettext("Only the neutral secretariat acts for all sides."))
    if not can_propose_change(by, body):
        raise NotYours(gettext("This is not yours to do."))
    _refuse_without_effect(body, change)
    with violations_explained(BodyChange):
        change.save()
    if not change.takes_every_key:
        return _carry_out(body, change, by=by)
    journal.record(body, PROPOSED, by=by, change=change.label, reason=change.reason)
    if party is None:
        notifications.body_key_awaited(change, BODY_CHANGE.missing(change))
        return change
    return agree_change(change, party=party, revision=change.revision, by=by)


@transaction.atomic
def agree_change(change: BodyChange, *, party: Party, revision: int, by: User) -> BodyChange:
    """Give a party's key to a change; the last key carries it out, any other awaits the rest.

    A change that no longer fits, because something else was agreed since, takes no key.
    """
    body = _locked(change)
    row = _open(change)
    _refuse_without_effect(body, row)
    BODY_CHANGE.give(row, party=party, by=by, revision=revision)
    missing = BODY_CHANGE.missing(row)
    if missing:
        notifications.body_key_awaited(row, missing)
        return row
    return _carry_out(body, row, by=by)


@transaction.atomic
def take_back_change_key(change: BodyChange, *, party: Party, by: User) -> None:
    """Take a party's key to an open change back."""
    BODY_CHANGE.withdraw(_open(change), party=party, by=by)


def _locked(change: BodyChange) -> Body:
    """The body first and its changes after it, so that no two wait for each other."""
    return Body.objects.select_for_update(of=("self",)).get(pk=change.body_id)


def _open(change: BodyChange) -> BodyChange:
    row = BodyChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if row.status != BodyChange.Status.OPEN:
        raise Refused(gettext("This proposal is no longer open."))
    return row


# --- carrying out ---------------------------------------------------------------------


def _carry_out(body: Body, change: BodyChange, *, by: User) -> BodyChange:
    change.body = body
    if change.kind in BODY.transitions:
        _change_standing(body, change, by)
    else:
        lines = EFFECTS[change.kind](body, change)
        entries = [_record(line, body, change, by) for line in lines]
        notifications.body_changed(body, entries, by=None)
    if change.kind == BodyChange.Kind.RULES:
        reckon_by(body.rules.get(since=change.day), by=by)
    done = CHANGE.perform(change, "carry_out", by=by)
    _let_lapse(body)
    return done


def _let_lapse(body: Body) -> None:
    """What was proposed beside it and no longer fits awaits no key any more."""
    for other in body.changes.open():
        if _without_effect(body, other):
            CHANGE.perform(other, "lapse", by=None, reason=OVERTAKEN)


def _change_standing(body: Body, change: BodyChange, by: User) -> None:
    """Every side's key is the right to it; the neutral secretariat has one of its own."""
    actor, name = _who(change, by)
    BODY.perform(body, change.kind, by=actor, by_name=name, reason=change.reason)
    body.refresh_from_db()


def _who(change: BodyChange, by: User) -> tuple[User | None, str]:
    """Who did it, for the history: the neutral secretariat by name, or all sides together."""
    if not change.takes_every_key:
        return by, ""
    return None, ", ".join(party.short_name for party in change.body.sides())


def _record(line: Line, body: Body, change: BodyChange, by: User) -> Entry:
    verb, reason, facts = line
    actor, name = _who(change, by)
    return journal.record(body, verb, by=actor, name=name, reason=reason or change.reason, **facts)


# --- what each change does ------------------------------------------------------------


def _seat(body: Body, change: BodyChange) -> list[Line]:
    last = body.seats.order_by("order").last()
    with violations_explained(BodyParty):
        BodyParty.objects.create(
            body=body,
            party=change.party,
            order=last.order + 1 if last else 1,
            since=change.day,
        )
    _raise(body)
    return [(SEATED, "", {"side": change.party.short_name, "day": change.day})]


def _unseat(body: Body, change: BodyChange) -> list[Line]:
    """End the seat, and the side's offices in the body with it."""
    seat = _lasting_seat(body, change)
    seat.until = change.day
    with violations_explained(BodyParty):
        seat.save()
    body.appointments.filter(party=change.party, since__gt=change.day).delete()
    held = Appointment.objects.on(change.day).filter(body=body, party=change.party)
    held.update(until=change.day)
    _raise(body)
    return [(LEFT, "", {"side": change.party.short_name, "day": change.day})]


def _put_first(body: Body, change: BodyChange) -> list[Line]:
    """The other sides follow in the order they had."""
    seats = sorted(_seats_today(body), key=lambda seat: seat.party_id != change.party_id)
    for order, seat in enumerate(seats, 1):
        seat.order = order
        seat.save(update_fields=["order"])
    _raise(body)
    return [(PUT_FIRST, "", {"side": change.party.short_name})]


def _publish(body: Body, change: BodyChange) -> list[Line]:
    body.is_public = True
    _raise(body)
    return [(PUBLISHED, "", {})]


def _hide(body: Body, change: BodyChange) -> list[Line]:
    body.is_public = False
    _raise(body)
    return [(HIDDEN, "", {})]


def _move(body: Body, change: BodyChange) -> list[Line]:
    facts = {"place": change.place.name, "before": body.parent.name}
    body.parent = change.place
    _raise(body)
    return [(MOVED, "", facts)]


def _raise(body: Body) -> None:
    """Who has the body's form open is shown that it changed."""
    body.revision += 1
    body.save()


def _add_area(body: Body, change: BodyChange) -> list[Line]:
    terms = change.terms
    return [_line(areas.added(Area(body=body, name=terms["name"], names=terms["names"])))]


def _rename_area(body: Body, change: BodyChange) -> list[Line]:
    terms = change.terms
    row = areas.in_use(change.area)
    return [_line(areas.renamed(row, name=terms["name"], names=terms["names"], day=change.day))]


def _merge_area(body: Body, change: BodyChange) -> list[Line]:
    return [_line(areas.merged(areas.in_use(change.area), change.into))]


def _end_area(body: Body, change: BodyChange) -> list[Line]:
    return [_line(areas.given_up(areas.in_use(change.area), change.day))]


def _order_areas(body: Body, change: BodyChange) -> list[Line]:
    return [_line(areas.ordered(body, _wanted_order(change)))]


def _line(done: areas.Line) -> Line:
    verb, facts = done
    return verb, "", facts


def _adopt(body: Body, change: BodyChange) -> list[Line]:
    rules, deadlines = read(change.terms["rules"], change.day, body)
    return put_in_force(rules, deadlines, body.rules_on(change.day))


EFFECTS = {
    "join": _seat,
    "leave": _unseat,
    "first": _put_first,
    "publish": _publish,
    "hide": _hide,
    "add_area": _add_area,
    "rename_area": _rename_area,
    "merge_area": _merge_area,
    "end_area": _end_area,
    "order_areas": _order_areas,
    "rules": _adopt,
    "move": _move,
}


def _lasting_seat(body: Body, change: BodyChange) -> BodyParty | None:
    """The party's seat on the day of the change."""
    return next((seat for seat in body.seats.filter(party=change.party).on(change.day)), None)


def _seats_today(body: Body) -> list[BodyParty]:
    return list(body.seats.on(timezone.localdate()).order_by("order", "pk"))


def _wanted_order(change: BodyChange) -> list[int]:
    return [row["pk"] for row in change.terms["order"]]


# --- what would change nothing, or no longer fits ---------------------------------------

AS_IT_IS = _("That is how it is already.")
OVERTAKEN = _("Something else was agreed meanwhile, so this no longer fits.")
PROPOSE_ANEW = _(
    "Something else was agreed since this was proposed, so it no longer fits. "
    "Propose it anew on what holds now."
)
NO_LONGER_IN_USE = _("This area is no longer in use, so it stands as it was.")


def _refuse_without_effect(body: Body, change: BodyChange) -> None:
    """Say at once, and not at the last key, that a change would change nothing."""
    sentence = _without_effect(body, change)
    if sentence:
        raise Refused(sentence)


def _without_effect(body: Body, change: BodyChange) -> Any:
    """Why a change cannot be carried out as the body stands now; None where it can."""
    if change.kind in BODY.transitions:
        return _not_from_here(body, change)
    return HINDRANCES[change.kind](body, change)


def _not_from_here(body: Body, change: BodyChange) -> Any:
    if body.status in BODY.transitions[change.kind].sources:
        return None
    return gettext("This body is “%(status)s”, so that is not possible now.") % {
        "status": body.get_status_display()
    }


def _sits_already(body: Body, change: BodyChange) -> Any:
    seats = body.seats.filter(party=change.party)
    if any(seat.until is None or seat.until >= change.day for seat in seats):
        return gettext("%(party)s has a seat then already.") % {"party": change.party.label}
    return None


def _sits_not(body: Body, change: BodyChange) -> Any:
    if _lasting_seat(body, change) is None:
        return gettext("%(party)s has no seat on that day.") % {"party": change.party.label}
    return None


def _first_already(body: Body, change: BodyChange) -> Any:
    parties = [seat.party_id for seat in _seats_today(body)]
    if change.party_id not in parties:
        return gettext("%(party)s has no seat today.") % {"party": change.party.label}
    return AS_IT_IS if parties[0] == change.party_id else None


def _known_already(body: Body, change: BodyChange) -> Any:
    return AS_IT_IS if body.is_public == (change.kind == "publish") else None


def _listed_already(body: Body, change: BodyChange) -> Any:
    """An area's name is one of its body's alone."""
    named = body.areas.current().filter(name=change.terms["name"]).exclude(pk=change.area_id)
    return _("This body has an area of this name already.") if named.exists() else None


def _not_to_rename(body: Body, change: BodyChange) -> Any:
    area = Area.objects.get(pk=change.area_id)
    if area.until:
        return NO_LONGER_IN_USE
    if _named(area) == [change.terms["name"], change.terms["names"]]:
        return AS_IT_IS
    if _named(area) != change.terms["stood"]:
        return PROPOSE_ANEW
    return _not_since(area, change) or _listed_already(body, change)


def _not_since(area: Area, change: BodyChange) -> Any:
    """Names follow one another in time."""
    if change.day is None:
        return None
    try:
        remember_name(area, change.day)
    except Refused as error:
        return error.sentences[0]
    return None


def _not_to_merge(body: Body, change: BodyChange) -> Any:
    listed = _listed(body)
    if change.area_id not in listed:
        return NO_LONGER_IN_USE
    if change.into_id not in listed or change.into_id == change.area_id:
        return areas.NOT_IN_USE_THERE
    return None


def _not_to_end(body: Body, change: BodyChange) -> Any:
    if change.area_id not in _listed(body):
        return NO_LONGER_IN_USE
    return areas.STILL_TO_COME if change.day > timezone.localdate() else None


def _not_to_order(body: Body, change: BodyChange) -> Any:
    listed, wanted = _listed(body), _wanted_order(change)
    if listed == wanted:
        return AS_IT_IS
    if listed != change.terms["stood"] or sorted(listed) != sorted(wanted):
        return PROPOSE_ANEW
    return None


def _not_to_adopt(body: Body, change: BodyChange) -> Any:
    if later_rules_stand(Rules(body=body, since=change.day)):
        return LATER_STAND
    stands = _ruled(body, change.day)
    if stands != change.terms["stood"]:
        return PROPOSE_ANEW
    return AS_IT_IS if stands == change.terms["rules"] else None


def _not_to_move(body: Body, change: BodyChange) -> Any:
    """Within its own commission, beneath a body in which all its sides sit too."""
    place = change.place
    if place.pk == body.parent_id:
        return AS_IT_IS
    if body.pk in place.lineage:
        return gettext("%(parent)s is this body or stands beneath it. Choose a body above it.") % {
            "parent": place.label
        }
    if [*body.above, body.pk][0] != [*place.above, place.pk][0]:
        return gettext("A body moves within its own commission alone. Choose another place.")
    missing = [party for party in body.sides() if party not in place.sides()]
    if missing:
        return gettext(
            "%(party)s has no seat in “%(place)s”. Choose a body in which every side sits."
        ) % {"party": missing[0].label, "place": place.label}
    return None


HINDRANCES = {
    "join": _sits_already,
    "leave": _sits_not,
    "first": _first_already,
    "publish": _known_already,
    "hide": _known_already,
    "add_area": _listed_already,
    "rename_area": _not_to_rename,
    "merge_area": _not_to_merge,
    "end_area": _not_to_end,
    "order_areas": _not_to_order,
    "rules": _not_to_adopt,
    "move": _not_to_move,
}
