"""The way of a whole dossier into the portal, from the parties down to the remarks."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.dossier import kind as kinds
from meetings.dossier.engine import Engine, Entry, check_deferred, explained, placed
from meetings.dossier.kind import Kind
from meetings.dossier.rights import Place, Rights
from meetings.dossier.row import NEW, WRONG, Row
from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    AgendaSpeaker,
    Appointment,
    Area,
    AreaLead,
    Body,
    BodyParty,
    DeadlineRule,
    Figure,
    Meeting,
    MeetingNumber,
    Mode,
    NoteVerbale,
    Paper,
    Participation,
    Remark,
    Room,
    Rules,
    Sitting,
    SittingChair,
    StatusReport,
    Timing,
    Undertaking,
)
from portal.clocks import DAY
from portal.forms import within_reach
from portal.models import Organisation, Party, Person
from portal.workflow import performed

ACTS = Exists(Appointment.objects.filter(person=OuterRef("pk"))) | Exists(
    Undertaking.objects.filter(owner=OuterRef("pk"))
)
OWN = uuid.UUID("5c1f2f0e-6a0b-5d0a-9c57-2f6b6c7a8e11")  # the names made here have this space
DEEPEST_POINT = AgendaItem.DEPTH


class Bringing:
    """One dossier on its way in, in the caller's transaction.

    While a row is wrong the caller has to take everything back.
    """

    def __init__(self, dossier: dict[str, Any], rights: Rights) -> None:
        self.dossier = dossier
        self.engine = Engine(rights)
        self.known = self.engine.known
        self.rights = rights

    def run(self) -> list[Row]:
        """Write what the dossier says; what became of each row."""
        self._parties()
        self._organisations()
        self._people()
        self._rooms()
        bodies = self._bodies()
        self._seats(bodies)
        self._rules(bodies)
        self._appointments(bodies)
        self._areas(bodies)
        self._figures(bodies)
        self._notes(bodies)
        meetings = self._meetings(bodies)
        self._numbers(meetings)
        self._timings(meetings)
        self._sittings(meetings)
        self._agendas(meetings)
        self._items(meetings)
        self._papers(bodies, meetings)
        self._remarks(bodies, meetings)
        self._settle()
        for meeting in meetings:
            if meeting.row.state == NEW and meeting.obj.status in Meeting.AHEAD:
                self._begin(meeting.obj)
        return self.engine.rows

    # --- what several commissions share ------------------------------------------------

    def _parties(self) -> None:
        rows = self.dossier.get("parties", [])
        found = {party.code.lower(): party for party in Party.objects.all()}
        self.known.parties.update(found)
        entries = [
            Entry(place, given, self.engine.place()) for place, given in placed(("parties",), rows)
        ]

        def fill(party: Party, entry: Entry) -> None:
            party.short_name = party.short_name or party.name
            party.full_clean(exclude=["code"], validate_unique=False, validate_constraints=False)

        self._name(
            "parties", self.engine.bring(kinds.PARTIES, entries, found, fill), entries, "code"
        )

    def _organisations(self) -> None:
        rows = self.dossier.get("organisations", [])
        found = Organisation.objects.filter(name__in={row["name"] for row in rows})
        entries = [
            Entry(place, given, self.engine.place())
            for place, given in placed(("organisations",), rows)
        ]
        brought = self.engine.bring(kinds.ORGANISATIONS, entries, keyed(kinds.ORGANISATIONS, found))
        self._name("organisations", brought, entries, "id")

    def _people(self) -> None:
        rows = self.dossier.get("people", [])
        entries = [
            Entry(place, given, self.engine.place()) for place, given in placed(("people",), rows)
        ]
        known = People(rows)

        def fill(person: Person, entry: Entry) -> None:
            if person.party_id and "zone" not in entry.given:
                person.zone = person.party.zone
            if person.party_id and "language" not in entry.given:
                person.language = person.party.language

        self._name(
            "people", self.engine.bring(kinds.PEOPLE, entries, known.find, fill), entries, "id"
        )

    def _name(self, table: str, brought: list[Entry], entries: list[Entry], name: str) -> None:
        """Let others refer to these rows."""
        lower = str.lower if table == "parties" else str
        getattr(self.known, table).update({lower(one.given[name]): one.obj for one in brought})
        self.known.wrong |= {
            (table, lower(one.given[name])) for one in entries if one.row.state == WRONG
        }
        for one in self._twice(entries, name):
            self.engine.wrong(
                one, _("“%(id)s” names two rows of the dossier.") % {"id": one.given[name]}
            )

    def _twice(self, entries: list[Entry], name: str) -> Iterator[Entry]:
        seen: set[str] = set()
        for one in entries:
            if one.given[name] in seen and one.row.state != WRONG:
                yield one
            seen.add(one.given[name])

    def _rooms(self) -> None:
        wanted = {}
        for body in self.dossier["bodies"]:
            for meeting in body.get("meetings", []):
                for sitting in meeting.get("sittings", []):
                    room = sitting.get("room")
                    if room:
                        wanted.setdefault((room.get("city", ""), room["name"]), room)
        found = keyed(kinds.ROOMS, Room.objects.filter(name__in={name for _city, name in wanted}))
        entries = [
            Entry(("rooms", room["name"]), room, self.engine.place()) for room in wanted.values()
        ]
        brought = self.engine.bring(kinds.ROOMS, entries, found)
        self.known.rooms.update({kinds.ROOMS.key(one.obj): one.obj for one in brought})

    # --- bodies ------------------------------------------------------------------------

    def _bodies(self) -> list[Entry]:
        rows = self.dossier["bodies"]
        codes = {row["code"] for row in rows} | {row.get("parent") for row in rows} - {None}
        codes |= {
            also["body"]
            for row in rows
            for meeting in row.get("meetings", [])
            for also in meeting.get("also", [])
        }
        found = {
            one.code: one
            for one in Body.objects.select_for_update(of=("self",)).filter(code__in=codes)
        }
        self.known.bodies.update(found)
        waiting = list(placed(("bodies",), rows))
        brought: list[Entry] = []
        done: set[str] = set()
        while waiting:
            inside = {given["code"] for _place, given in waiting}
            ready = [one for one in waiting if one[1].get("parent") not in inside]
            if not ready:
                self._circle(waiting)
                break
            waiting = [one for one in waiting if one not in ready]
            brought += self._level_of_bodies(ready, found, done)
        return brought

    def _circle(self, waiting: list) -> None:
        for place, given in waiting:
            entry = Entry(place, given, self.engine.place())
            entry.problem = _("It stands beneath itself: the bodies above it lead back to it.")
            self.engine.bring(kinds.BODIES, [entry], {})

    def _level_of_bodies(self, ready: list, found: dict[str, Body], done: set[str]) -> list[Entry]:
        entries = []
        for place, given in ready:
            there = found.get(given["code"])
            above = self.known.bodies.get(given.get("parent"))
            entries.append(Entry(place, given, self._where_of_body(given, there, above)))
            done.add(given["code"])
        brought = self.engine.bring(kinds.BODIES, entries, found)
        self._name("bodies", brought, entries, "code")
        self.engine.fresh |= {one.obj.pk for one in brought if one.row.state == NEW}
        for one in entries:
            one.where = self.engine.place(one.obj) if one.stands else one.where
            one.row.body = one.given["code"]
        return brought

    def _where_of_body(self, given, there: Body | None, above: Body | None):
        if there is not None:
            return self.engine.place(there)
        if given.get("parent") is None:
            return Place(is_fresh=True, is_fresh_body=True)
        place = self.engine.place(above)
        return Place(place.body, None, place.is_fresh, is_fresh_body=True)

    def _beneath(self, above: Iterable[Entry], name: str, owner: str, **fixed: Any) -> list[Entry]:
        """The rows that bodies, meetings or others hold under a name."""
        return [
            Entry(place, given, one.where, fixed={owner: one.obj, **fixed})
            for one in above
            for place, given in one.beneath(name)
        ]

    def _bring(
        self, kind: Kind, entries: list[Entry], found: Iterable[Any], fill: Callable | None = None
    ) -> list[Entry]:
        """Bring rows in that are found by their key."""
        there = keyed(kind, found) if entries else {}
        return self.engine.bring(kind, entries, there, *([fill] if fill else []))

    def _seats(self, bodies: list[Entry]) -> None:
        found = BodyParty.objects.filter(body__in=objects(bodies))
        entries = self._beneath(bodies, "seats", "body")
        brought = self._bring(kinds.SEATS, entries, found)
        self.seated: dict[int, set[int]] = {}
        rows: dict[tuple[int, int], list[BodyParty]] = {}
        for seat in BodyParty.objects.filter(body__in=objects(bodies)):
            self.seated.setdefault(seat.body_id, set()).add(seat.party_id)
            rows.setdefault((seat.body_id, seat.party_id), []).append(seat)
        for one in brought:
            others = rows[one.obj.body_id, one.obj.party_id]
            if any(other.pk != one.obj.pk and overlap(one.obj, other) for other in others):
                self.engine.wrong(
                    one, _("This party has another seat in this body in that period. End it first.")
                )

    def _rules(self, bodies: list[Entry]) -> None:
        found = Rules.objects.filter(body__in=objects(bodies))
        rules = self._bring(kinds.RULES, self._beneath(bodies, "rules", "body"), found)
        found = DeadlineRule.objects.filter(rules__in=objects(rules))
        self._bring(kinds.DEADLINE_RULES, self._beneath(rules, "deadlines", "rules"), found)

    def _appointments(self, bodies: list[Entry]) -> None:
        found = Appointment.objects.filter(body__in=objects(bodies))
        entries = self._beneath(bodies, "appointments", "body")
        self._bring(kinds.APPOINTMENTS, entries, found, self._seated)

    def _seated(self, row: Any, entry: Entry) -> None:
        """A side acts in a body while it has, or had, a seat there."""
        sides = self.seated.get(entry.where.body.pk, set())
        for body in getattr(entry, "bodies", ()):
            sides = sides | self.seated.get(body, set())
        if row.party_id is not None and row.party_id not in sides:
            raise ValidationError(
                _("%(party)s has no seat in this body.") % {"party": row.party.label}
            )

    # --- areas and figures ---------------------------------------------------------------

    def _areas(self, bodies: list[Entry]) -> None:
        there = Areas(Area.objects.filter(body__in=objects(bodies)))
        waiting = self._beneath(bodies, "areas", "body")
        self._ids_once(waiting)
        everything: list[Entry] = []
        while waiting:
            inside = {(one.where.body.pk, one.given["id"]) for one in waiting}
            ready = [
                one
                for one in waiting
                if (one.where.body.pk, one.given.get("merged_into")) not in inside
            ]
            if not ready:
                for one in waiting:
                    one.problem = _("It is merged into itself by way of others.")
                ready = waiting
            waiting = [one for one in waiting if one not in ready]
            brought = self.engine.bring(kinds.AREAS, ready, there.find)
            for one in ready:
                key = (one.where.body.pk, one.given["id"])
                if one.stands:
                    self.known.areas[key] = one.obj
                elif one.row.state == WRONG:
                    self.known.wrong.add(("areas", key))
            everything += brought
        self._numbered(everything, Area)
        leads = self._beneath(everything, "leads", "area")
        self._bring(kinds.LEADS, leads, AreaLead.objects.filter(area__in=objects(everything)))

    def _ids_once(self, entries: list[Entry]) -> None:
        seen: set[tuple] = set()
        for one in entries:
            key = (*one.path[:-1], one.given["id"])
            if key in seen:
                one.problem = _("“%(id)s” names two rows of the dossier.") % {"id": one.given["id"]}
            seen.add(key)

    def _numbered(self, entries: list[Entry], model) -> None:
        """Areas of one body have different numbers: the database looks at the end alone."""
        taken: dict[tuple[int, int], set[int]] = {}
        bodies = {one.obj.body_id for one in entries}
        for area in model.objects.filter(body__in=bodies, number__isnull=False):
            taken.setdefault((area.body_id, area.number), set()).add(area.pk)
        for one in entries:
            if len(taken.get((one.obj.body_id, one.obj.number), ())) > 1:
                self.engine.wrong(one, _("Another area of this body has this number."))

    def _figures(self, bodies: list[Entry]) -> None:
        found = Figure.objects.filter(body__in=objects(bodies))
        self._bring(kinds.FIGURES, self._beneath(bodies, "figures", "body"), found)

    def _notes(self, bodies: list[Entry]) -> None:
        entries = self._beneath(bodies, "notes", "body")
        dated = {one.given["dated"] for one in entries}
        there = {
            note_key(one): one
            for one in NoteVerbale.objects.filter(dated__in=dated).select_related("sender")
        }
        self.known.notes.update({kinds.NOTES.key(one): one for one in there.values()})
        waiting = entries
        while waiting:
            inside = {given_note(one.given) for one in waiting}
            ready = [
                one for one in waiting if given_note(one.given.get("in_reply_to")) not in inside
            ]
            if not ready:
                for one in waiting:
                    one.problem = _("It answers itself by way of other notes.")
                ready = waiting
            waiting = [one for one in waiting if one not in ready]
            for one in self.engine.bring(kinds.NOTES, ready, lambda row: there.get(note_key(row))):
                self.known.notes[kinds.NOTES.key(one.obj)] = one.obj

    # --- meetings ------------------------------------------------------------------------

    def _meetings(self, bodies: list[Entry]) -> list[Entry]:
        found = Meeting.objects.filter(body__in=objects(bodies)).select_for_update(of=("self",))
        found = self.rights.meetings(found)
        entries = self._beneath(bodies, "meetings", "body")
        zones = self._zones(bodies)
        for one in entries:
            one.problem = one.problem or days_missing(one.given)
            give_one_day(one.given)
        between = Neighbours(entries)

        def fill(meeting: Meeting, entry: Entry) -> None:
            between.place(meeting)
            by_host = meeting.host.zone if meeting.host_id else zones.get(meeting.body_id, "")
            meeting.zone = entry.given.get("zone") or by_host
            complete(meeting, entry.given)

        brought = self._bring(kinds.MEETINGS, entries, found, fill)
        for one in brought:
            if one.row.state == NEW:
                self.engine.fresh_meetings.add(one.obj.pk)
            one.where = self.engine.place(one.obj.body, one.obj)
        return brought

    def _zones(self, bodies: list[Entry]) -> dict[int, str]:
        """The zone of each body's first side."""
        seats = BodyParty.objects.filter(body__in=objects(bodies)).order_by("-order", "-pk")
        return {seat.body_id: seat.party.zone for seat in seats.select_related("party")}

    def _numbers(self, meetings: list[Entry]) -> None:
        found = MeetingNumber.objects.filter(meeting__in=objects(meetings))
        entries = self._beneath(meetings, "also", "meeting")
        for one in entries:
            one.given.setdefault("series", one.fixed["meeting"].series)
        self.joint: dict[int, list[int]] = {}

        def fill(number: MeetingNumber, entry: Entry) -> None:
            if number.body_id == number.meeting.body_id:
                raise ValidationError(_("This is the meeting’s own body: its number stands above."))

        for one in self._bring(kinds.NUMBERS, entries, found, fill):
            self.joint.setdefault(one.obj.meeting_id, []).append(one.obj.body_id)

    def _timings(self, meetings: list[Entry]) -> None:
        entries = self._beneath(meetings, "timings", "meeting")
        for one in entries:
            one.problem = days_missing(one.given)
            give_one_day(one.given)
        found = Timing.objects.filter(meeting__in=objects(meetings)).order_by("at", "pk")
        there = Parts(found.select_related("party") if entries else (), entries)

        def fill(timing: Timing, entry: Entry) -> None:
            if timing.starts_on is None:  # known by nothing but its meeting
                timing.starts_on = timing.ends_on = timing.meeting.starts_on

        self.engine.bring(kinds.TIMINGS, entries, there.find, fill)
        found = Participation.objects.filter(meeting__in=objects(meetings))
        self._bring(
            kinds.PARTICIPATIONS, self._beneath(meetings, "participations", "meeting"), found
        )

    def _sittings(self, meetings: list[Entry]) -> None:
        entries = self._beneath(meetings, "sittings", "meeting")
        self._ids_once(entries)
        for one in entries:
            one.given.setdefault("uid", own_uid(one))
        uids = {one.given["uid"] for one in entries}
        found = Sitting.objects.filter(Q(meeting__in=objects(meetings)) | Q(uid__in=uids))

        def fill(sitting: Sitting, entry: Entry) -> None:
            sitting.mode = entry.given.get("mode") or sitting.meeting.mode
            sitting.zone = entry.given.get("zone") or sitting.meeting.zone
            if "minutes" not in entry.given:
                sitting.minutes = None
            within_reach(sitting.day)
            sitting.reckon()

        sittings = self._bring(kinds.SITTINGS, entries, found, fill)
        found = SittingChair.objects.filter(sitting__in=objects(sittings))
        self._bring(kinds.CHAIRS, self._beneath(sittings, "chairs", "sitting"), found)

    def _agendas(self, meetings: list[Entry]) -> None:
        entries = [
            Entry((*one.path, "agenda"), one.given["agenda"], one.where, {"meeting": one.obj})
            for one in meetings
            if one.given.get("agenda")
        ]
        found = Agenda.objects.filter(meeting__in=objects(meetings))
        level = self._bring(kinds.AGENDAS, entries, found)
        agendas = objects(level)
        above = [(one, one.obj, None) for one in level]
        there = AgendaItem.objects.filter(agenda__in=agendas)
        everything: list[Entry] = []
        for depth in range(1, DEEPEST_POINT + 2):
            entries = [
                Entry(
                    place,
                    given,
                    one.where,
                    fixed={"agenda": agenda, "parent": parent},
                    first={"position": position},
                )
                for one, agenda, parent in above
                for position, (place, given) in enumerate(one.beneath("items"), 1)
            ]
            for one in entries:
                one.given.setdefault("uid", own_uid(one))
                if depth > DEEPEST_POINT:
                    one.problem = _("An agenda is numbered three levels deep at most: 1.1.1.")
            self._ids_once(entries)
            uids = {one.given["uid"] for one in entries}
            found = there | AgendaItem.objects.filter(uid__in=uids)
            points = self._bring(kinds.POINTS, entries, found)
            everything += points
            above = [(one, one.obj.agenda, one.obj) for one in points]
        speakers = self._beneath(everything, "speakers", "item")
        for position, one in enumerate(speakers, 1):
            one.first["position"] = min(position, 32767)
        found = AgendaSpeaker.objects.filter(item__in=objects(everything))
        self._bring(kinds.SPEAKERS, speakers, found)

    def _items(self, meetings: list[Entry]) -> None:
        found = ActionItem.objects.filter(meeting__in=objects(meetings))
        items = self._bring(kinds.ITEMS, self._beneath(meetings, "items", "meeting"), found)
        entries = self._beneath(items, "undertakings", "item")
        for one in entries:
            one.bodies = self.joint.get(one.fixed["item"].meeting_id, ())
        found = Undertaking.objects.filter(item__in=objects(items))
        parts = self._bring(kinds.UNDERTAKINGS, entries, found, self._seated)
        found = StatusReport.objects.filter(undertaking__in=objects(parts))

        def fill(report: StatusReport, entry: Entry) -> None:
            report.reporter_name = report.reporter_name or report.undertaking.party.short_name

        reports = self._bring(
            kinds.REPORTS, self._beneath(parts, "reports", "undertaking"), found, fill
        )
        self._latest({one.obj.undertaking_id for one in reports if one.row.state == NEW})

    def _latest(self, undertakings: set[int]) -> None:
        """Let each part know the last report on it."""
        rows = StatusReport.objects.filter(undertaking__in=undertakings)
        latest = {one.undertaking_id: one for one in rows.order_by("reported_at", "pk")}
        parts = Undertaking.objects.filter(pk__in=latest)
        changed = []
        for part in parts:
            part.latest = latest[part.pk]
            changed.append(part)
        Undertaking.objects.bulk_update(changed, ["latest"], batch_size=500)

    def _papers(self, bodies: list[Entry], meetings: list[Entry]) -> None:
        name = self.rights.user.name if self.rights.user else ""
        entries = self._of_both(bodies, meetings, "papers")
        for one in entries:
            one.first["added_by"] = name
        found = self.rights.papers(Paper.objects.filter(body__in=objects(bodies)).order_by("pk"))
        self._bring(kinds.PAPERS, entries, found)

    def _remarks(self, bodies: list[Entry], meetings: list[Entry]) -> None:
        entries = self._of_both(bodies, meetings, "remarks")
        for order, one in enumerate(entries, 1):
            one.first["order"] = min(order, 32767)
        found = Remark.objects.filter(body__in=objects(bodies))
        self._bring(kinds.REMARKS, entries, found)

    def _of_both(self, bodies: list[Entry], meetings: list[Entry], name: str) -> list[Entry]:
        of_meetings = self._beneath(meetings, name, "meeting")
        for one in of_meetings:
            one.fixed["body"] = one.fixed["meeting"].body
        return [*self._beneath(bodies, name, "body", meeting=None), *of_meetings]

    # --- the end -------------------------------------------------------------------------

    def _settle(self) -> None:
        """What the database would look at after everybody has gone."""
        if any(row.state == WRONG for row in self.engine.rows):
            return
        try:
            with transaction.atomic():
                check_deferred()
        except IntegrityError as error:
            row = Row("body", "", ("bodies",), WRONG, reason=explained(error))
            self.engine.rows.append(row)

    def _begin(self, meeting: Meeting) -> None:
        """Let what follows a meeting that lies ahead come about: its deadlines, its delegations."""
        performed.send(
            Meeting, obj=meeting, transition="brought_in", by=self.rights.user, reason=""
        )


class People:
    """Who of the portal is meant by a person of the dossier."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        names = {row["full_name"].lower() for row in rows}
        self.found: dict[str, list[Person]] = {}
        lowered = Person.objects.annotate(lowered=Lower("full_name"), acts=ACTS)
        for person in lowered.filter(lowered__in=names).order_by("pk"):
            self.found.setdefault(person.full_name.lower(), []).append(person)
        self.namesakes = [(row["full_name"].lower(), row.get("party")) for row in rows]

    def find(self, person: Person) -> Person | None:
        """The one meant, or None. Raises ValidationError where several can be meant."""
        named = self.found.get(person.full_name.lower(), [])
        if person.email:
            same = [one for one in named if one.email.lower() == person.email.lower()]
            return same[0] if same else self._one([one for one in named if not one.email], person)
        code = person.party.code.lower() if person.party_id else None
        alike = [
            one
            for one in self.namesakes
            if one[0] == person.full_name.lower() and (one[1] or "").lower() == (code or "")
        ]
        if len(alike) > 1:
            raise ValidationError(
                _("Two people of this side have this name. Give their addresses.")
            )
        # Of those without a side only who acts here is known by name, never who registered.
        known = [one for one in named if person.party_id or one.acts or not one.email]
        return self._one(known, person)

    def _one(self, named: list[Person], person: Person) -> Person | None:
        same = [one for one in named if one.party_id == person.party_id]
        if len(same) > 1:
            raise ValidationError(
                _(
                    "Several people of this side have this name here. "
                    "Give the address of the one meant."
                )
            )
        return same[0] if same else None


class Areas:
    """Which area of the portal is meant: by its name, or by one that it bore before."""

    def __init__(self, areas: Iterable[Any]) -> None:
        self.found: dict[tuple[int, str], list[Any]] = {}
        for area in areas:
            self.found.setdefault((area.body_id, area.name), []).append(area)

    def find(self, area: Any) -> Any:
        names = [area.name, *(row.get("name") for row in reversed(area.former))]
        for name in names:
            there = self.found.get((area.body_id, name), [])
            for wanted in ([one for one in there if one.until == area.until], there):
                if wanted:
                    return wanted[0]
        return None


class Neighbours:
    """Where a meeting of which no date is known stands: by its number, between the others."""

    OLDEST = date(1900, 1, 1)

    def __init__(self, entries: list[Entry]) -> None:
        undated = [one for one in entries if is_undated(one.given)]
        bodies = {one.fixed["body"].pk for one in undated}
        there = Meeting.objects.filter(body__in=bodies, number__isnull=False) if undated else ()
        self.days: dict[tuple, tuple[date, date]] = {
            (one.body_id, one.series, one.number): (one.starts_on, one.ends_on) for one in there
        }
        for one in entries:
            if one.given.get("number") and days_given(one.given):
                self.days[self._key(one)] = days_given(one.given)
        for key in sorted(self._key(one) for one in undated if one.given.get("number")):
            if key in self.days:
                continue
            day = self._between(*key)
            self.days[key] = (day, day)

    def _key(self, entry: Entry) -> tuple:
        return (entry.fixed["body"].pk, entry.given["series"], entry.given.get("number"))

    def place(self, meeting: Meeting) -> None:
        """Give a meeting without a date its place; it is shown nowhere as a date."""
        if meeting.starts_on is not None:
            return
        key = (meeting.body_id, meeting.series, meeting.number)
        meeting.starts_on = self.days[key][0] if key in self.days else self._last(meeting)
        meeting.ends_on = meeting.starts_on

    def _between(self, body: int, series: str, number: int) -> date:
        counted = {
            counted: days
            for (other, of, counted), days in self.days.items()
            if (other, of) == (body, series)
        }
        before = max((one for one in counted if one < number), default=None)
        after = min((one for one in counted if one > number), default=None)
        if before is not None:
            day = counted[before][1] + DAY
            return min(day, counted[after][0]) if after is not None else day
        if after is not None:
            return max(counted[after][0] - DAY * (after - number), self.OLDEST)
        return self.OLDEST

    def _last(self, meeting: Meeting) -> date:
        """One without a number stands last while it is to come, else first."""
        return timezone.localdate() if meeting.status in Meeting.AHEAD else self.OLDEST


class Parts:
    """Which days of a meeting are meant, held or reported in one range or in several."""

    def __init__(self, timings: Iterable[Timing], entries: list[Entry]) -> None:
        self.there: dict[Any, Timing] = {}
        self.of: dict[tuple, list[Timing]] = {}
        for timing in timings:
            self.there[kinds.TIMINGS.key(timing)] = timing
            self.of.setdefault(self._group(timing), []).append(timing)
        self.given = Counter(
            (one.fixed["meeting"].pk, one.given["kind"], (one.given.get("party") or "").lower())
            for one in entries
        )

    def _group(self, timing: Timing) -> tuple:
        party = timing.party.code.lower() if timing.party_id else ""
        return (timing.meeting_id, timing.kind, party)

    def find(self, timing: Timing) -> Timing | None:
        """The range that begins on that day; where there is one on both sides, that one."""
        found = self.there.get(kinds.TIMINGS.key(timing))
        if found is not None or timing.kind not in ("actual", "reported"):
            return found
        group = self._group(timing)
        alone = self.of.get(group, [])
        return alone[0] if len(alone) == 1 and self.given[group] == 1 else None


def is_undated(given: dict[str, Any]) -> bool:
    return bool(given.get("precision") == Meeting.Precision.UNKNOWN)


def days_given(given: dict[str, Any]) -> tuple[date, date] | None:
    """The first and the last day, where the dossier has them."""
    if not given.get("starts_on"):
        return None
    first, last = given["starts_on"], given.get("ends_on") or given["starts_on"]
    return date.fromisoformat(first), date.fromisoformat(last)


def days_missing(given: dict[str, Any]) -> str:
    """What is wrong with days that are missing, or given although none is known."""
    if is_undated(given):
        if "starts_on" in given or "ends_on" in given:
            return _("Of a date that is not known no day can be given: leave the days out.")
        return ""
    if "starts_on" in given:
        return ""
    return _("“starts_on” is missing. Where no date is known at all, say so: precision “unknown”.")


def give_one_day(given: dict[str, Any]) -> None:
    """What has no last day is over on its first."""
    if "starts_on" in given:
        given.setdefault("ends_on", given["starts_on"])


def complete(meeting: Meeting, given: dict[str, Any]) -> None:
    """Give a new meeting what the dossier leaves out. Raises ValidationError."""
    if "mode" not in given:
        meeting.mode = Mode.UNKNOWN
    if "announced" not in given:
        shared = meeting.side_id is None
        meeting.was_announced = shared and meeting.status not in Meeting.PREPARED
    if not meeting.zone:
        raise ValidationError(_("The time zone of its days is missing."))
    within_reach(meeting.starts_on)
    within_reach(meeting.ends_on)


def objects(entries: Iterable[Entry]) -> list[Any]:
    """The primary keys of what they have become."""
    return [one.obj.pk for one in entries]


def keyed(kind: Kind, rows: Iterable[Any]) -> dict[Any, Any]:
    return {kind.key(row): row for row in rows}


def overlap(one: BodyParty, other: BodyParty) -> bool:
    """Whether two periods share a day."""
    return (one.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (
        one.until or date.max
    )


def note_key(note: NoteVerbale) -> tuple:
    return (note.sender.code.lower(), note.reference, note.dated)


def given_note(given: dict[str, Any] | None) -> tuple | None:
    """The key of a note as the dossier has it."""
    return given and (given["sender"].lower(), given["reference"], given["dated"])


def own_uid(entry: Entry) -> str:
    """The identity of a sitting or a point that was given none: the same whenever it is read."""
    meeting = entry.where.meeting
    called = meeting.number or f"{meeting.starts_on} {meeting.title}"
    if meeting.number_reason:  # another one has the number too
        called = f"{meeting.number} {meeting.starts_on} {meeting.title}"
    elif meeting.number is None and meeting.precision == Meeting.Precision.UNKNOWN:
        called = meeting.title
    name = (meeting.body.code, meeting.series, called, entry.path[-2], entry.given["id"])
    return str(uuid.uuid5(OWN, "/".join(str(part) for part in name)))
