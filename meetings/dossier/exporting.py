"""A body with everything beneath it as a dossier, as far as its reader may see it."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from meetings.dossier import kind as kinds
from meetings.dossier.kind import Kind
from meetings.models import (
    ActionItem,
    AgendaItem,
    Body,
    BodyParty,
    Meeting,
    NoteVerbale,
    Paper,
    Undertaking,
)
from portal.models import Organisation, Party, Person

if TYPE_CHECKING:
    from portal.models import User

FORMAT, VERSION = "commission-dossier", 1
# What is left out when it is empty, because that is what its absence means.
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Reader:
    """For whom a dossier is written: a person in office, or by the command one side or none."""

    user: "User | None" = None
    party: Party | None = None

    def _of(self, rows: QuerySet, otherwise: Q) -> QuerySet:
        return rows.visible_to(self.user) if self.user else rows.filter(otherwise)

    def meetings(self, rows: QuerySet) -> QuerySet:
        """What all sides share, and what the reader's own side keeps to itself."""
        return self._of(rows, Q(side=None) | Q(side=self.party))

    def papers(self, rows: QuerySet) -> QuerySet:
        own = Q(party=self.party) if self.party else Q(pk__in=[])
        shared = self._of(rows, ~Q(access="internal") | own)
        return shared.filter(status=Paper.Status.CURRENT)

    def notes(self, rows: QuerySet) -> QuerySet:
        """By the command those that every side knows, and those of the side that asks."""
        others = BodyParty.objects.filter(body=OuterRef("body")).exclude(
            Q(party=OuterRef("sender")) | Q(party=OuterRef("addressee"))
        )
        known = Q(addressee=None) | ~Exists(others)
        own = Q(sender=self.party) | Q(addressee=self.party)
        return self._of(rows, known | own if self.party else known)


def export(body: Body, reader: Reader) -> dict[str, Any]:
    """The dossier of a body that the reader may see, and of those beneath it."""
    return Export(reader).of(body)


def written(dossier: dict[str, Any]) -> str:
    """The text of a dossier's file."""
    return json.dumps(dossier, ensure_ascii=False, indent=1) + "\n"


@dataclass
class Ids:
    """What rows are called inside the dossier; whom it names is listed in it."""

    called: dict[Any, str] = field(default_factory=dict)
    parties: set[Party] = field(default_factory=set)
    people: set[Person] = field(default_factory=set)
    organisations: set[Organisation] = field(default_factory=set)

    def __contains__(self, row: Any) -> bool:
        return row in self.called

    def __getitem__(self, row: Any) -> str:
        return self.called[row]


class Export:
    """One dossier on its way out."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.ids = Ids()

    def of(self, body: Body) -> dict[str, Any]:
        bodies = self._tree(body)
        self._fetch(bodies)
        self._call(bodies)
        ids = self.ids
        return {
            "format": FORMAT,
            "version": VERSION,
            "parties": [self._row(kinds.PARTIES, one) for one in by_name(ids.parties)],
            "people": [self._person(one) for one in by_name(ids.people)],
            "organisations": [
                {"id": ids[one], **self._row(kinds.ORGANISATIONS, one)}
                for one in by_name(ids.organisations)
            ],
            "bodies": [self._body(one, is_top=one == body) for one in bodies],
        }

    def _tree(self, top: Body) -> list[Body]:
        """The body and all beneath it that the reader may know of, each after the one above."""
        beneath = Body.objects.filter(above__contains=[top.pk])
        if self.reader.user:
            beneath = beneath.visible_to(self.reader.user)
        return [top, *sorted(beneath, key=lambda one: (len(one.above), one.code))]

    # --- fetching ------------------------------------------------------------------------

    def _fetch(self, bodies: list[Body]) -> None:
        """Everything there is, in one query a kind, by what it belongs to."""
        self.rows: dict[tuple[str, int], list[Any]] = defaultdict(list)
        self.bodies = bodies
        meetings = self.reader.meetings(Meeting.objects.filter(body__in=bodies))
        self._keep("meetings", "body_id", meetings.order_by("starts_on", "series", "number", "pk"))
        shown = {"meeting__in": meetings.order_by().values("pk")}
        self._of_bodies(bodies)
        self._of_meetings(shown)
        self._keep(
            "papers",
            lambda one: ("meeting", one.meeting_id) if one.meeting_id else ("body", one.body_id),
            self.reader.papers(Paper.objects.filter(body__in=bodies)).filter(
                Q(meeting=None) | Q(**shown)
            ),
            "kind",
            "title",
            "reference",
            "language",
            "pk",
        )
        self._keep(
            "remarks",
            lambda one: ("meeting", one.meeting_id) if one.meeting_id else ("body", one.body_id),
            kinds.REMARKS.model.objects.filter(Q(meeting=None) | Q(**shown), body__in=bodies),
            "order",
            "pk",
        )

    def _keep(
        self, name: str, owner: str | Callable[[Any], Any], rows: QuerySet, *order: str
    ) -> None:
        rows = rows.order_by(*order) if order else rows
        for row in rows.select_related(*named_by(rows.model)):
            key = owner(row) if callable(owner) else getattr(row, owner)
            self.rows[name, key].append(row)

    def _of_bodies(self, bodies: list[Body]) -> None:
        of = {"body__in": bodies}
        plain = (
            ("seats", kinds.SEATS, ("order", "since", "pk")),
            ("rules", kinds.RULES, ("since", "pk")),
            ("appointments", kinds.APPOINTMENTS, APPOINTED),
            ("areas", kinds.AREAS, ("number", "until", "name", "pk")),
            ("figures", kinds.FIGURES, ("order", "name", "period")),
        )
        for name, kind, order in plain:
            self._keep(name, "body_id", kind.model.objects.filter(**of), *order)
        deadlines = kinds.DEADLINE_RULES.model.objects.filter(rules__body__in=bodies)
        self._keep("deadlines", "rules_id", deadlines, "when", "-days", "what")
        leads = kinds.LEADS.model.objects.filter(area__body__in=bodies)
        self._keep("leads", "area_id", leads, "party__code")
        notes = self.reader.notes(NoteVerbale.objects.filter(**of))
        self._keep("notes", "body_id", notes, "dated", "sender__code", "reference")

    def _of_meetings(self, shown: dict[str, Any]) -> None:
        plain = (
            ("timings", kinds.TIMINGS, ("at", "pk")),
            ("participations", kinds.PARTICIPATIONS, ("pk",)),
            ("sittings", kinds.SITTINGS, ("starts_at", "ends_at", "uid")),
            ("items", kinds.ITEMS, ("number",)),
            ("numbers", kinds.NUMBERS, ("body__code",)),
        )
        for name, kind, order in plain:
            self._keep(name, "meeting_id", kind.model.objects.filter(**shown), *order)
        of_sitting = {f"sitting__{name}": rows for name, rows in shown.items()}
        self._keep("chairs", "sitting_id", kinds.CHAIRS.model.objects.filter(**of_sitting), "pk")
        of_item = {f"item__{name}": rows for name, rows in shown.items()}
        parts = Undertaking.objects.filter(**of_item)
        self._keep("undertakings", "item_id", parts, "party__code")
        of_part = {f"undertaking__item__{name}": rows for name, rows in shown.items()}
        reports = kinds.REPORTS.model.objects.filter(**of_part)
        self._keep("reports", "undertaking_id", reports, "reported_at", "pk")
        of_agenda = {f"agenda__{name}": rows for name, rows in shown.items()}
        self._keep("agenda", "meeting_id", kinds.AGENDAS.model.objects.filter(**shown))
        points = AgendaItem.objects.filter(**of_agenda).listed()
        self._keep("points", lambda one: (one.agenda_id, one.parent_id), points, "position", "pk")
        of_point = {f"item__agenda__{name}": rows for name, rows in shown.items()}
        speakers = kinds.SPEAKERS.model.objects.filter(**of_point)
        self._keep("speakers", "item_id", speakers, "position", "pk")

    # --- names inside the dossier ----------------------------------------------------------

    def _call(self, bodies: list[Body]) -> None:
        """Give every row that others name its id: by its own name, so that it stays the same."""
        ids = self.ids
        for rows in list(self.rows.values()):
            for row in rows:
                self._collect(row)
        ids.parties |= {one.party for one in ids.people | ids.organisations if one.party}
        ids.called |= {one: one.code for one in [*ids.parties, *bodies]}
        ids.called |= called(by_name(ids.people), lambda one: one.latin_name or one.full_name)
        ids.called |= called(by_name(ids.organisations), lambda one: one.name)
        for body in bodies:
            ids.called |= called(self.rows["areas", body.pk], lambda one: one.name)
            ids.called |= {note: note.reference for note in self.rows["notes", body.pk]}

    def _collect(self, row: Any) -> None:
        tables = {Party: self.ids.parties, Person: self.ids.people}
        tables[Organisation] = self.ids.organisations
        for field_ in row._meta.fields:
            table = tables.get(field_.related_model) if field_.many_to_one else None
            if table is not None and getattr(row, field_.attname) is not None:
                table.add(getattr(row, field_.name))

    # --- writing -----------------------------------------------------------------------------

    def _row(self, kind: Kind, row: Any) -> dict[str, Any]:
        values = {one.name: one.write(one.of(row), self.ids) for one in kind.fields}
        if values.get("precision") == Meeting.Precision.UNKNOWN:
            del values["starts_on"], values["ends_on"]  # its place in the order alone
        means = {one.name: kind.left_out(one) for one in kind.fields}
        return {
            name: value
            for name, value in values.items()
            if value not in EMPTY or means[name] not in EMPTY
        }

    def _rows(self, name: str, kind: Kind, owner: Any) -> list[dict[str, Any]]:
        """The rows of an owner; of two that a dossier cannot tell apart the later one."""
        rows = {kind.key(one): one for one in self.rows[name, owner]}
        return [self._row(kind, one) for one in rows.values()]

    def _person(self, person: Person) -> dict[str, Any]:
        """Whom the dossier names; addresses are nobody's to hand on."""
        row = self._row(kinds.PEOPLE, person)
        row.pop("email", None)
        return {"id": self.ids[person], **row}

    def _body(self, body: Body, *, is_top: bool) -> dict[str, Any]:
        if body.parent_id:
            body.parent = next((one for one in self.bodies if one.pk == body.parent_id), None)
        row = self._row(kinds.BODIES, body)
        key = body.pk
        rules = [
            {
                **self._row(kinds.RULES, one),
                "deadlines": self._rows("deadlines", kinds.DEADLINE_RULES, one.pk),
            }
            for one in self.rows["rules", key]
        ]
        areas = [
            {
                "id": self.ids[one],
                **self._row(kinds.AREAS, one),
                "leads": self._rows("leads", kinds.LEADS, one.pk),
            }
            for one in self.rows["areas", key]
        ]
        return filled(
            {
                **row,
                "seats": self._rows("seats", kinds.SEATS, key),
                "rules": [filled(one) for one in rules],
                "appointments": self._rows("appointments", kinds.APPOINTMENTS, key),
                "areas": [filled(one) for one in areas],
                "figures": self._rows("figures", kinds.FIGURES, key),
                "papers": self._rows("papers", kinds.PAPERS, ("body", key)),
                "notes": self._rows("notes", kinds.NOTES, key),
                "remarks": self._rows("remarks", kinds.REMARKS, ("body", key)),
                "meetings": [self._meeting(one) for one in self.rows["meetings", key]],
            }
        )

    def _meeting(self, meeting: Meeting) -> dict[str, Any]:
        key = meeting.pk
        # A number in a body that stands outside the dossier would not be understood elsewhere.
        others = [
            one
            for one in self.rows["numbers", key]
            if one.body_id != meeting.body_id and one.body in self.ids
        ]
        return filled(
            {
                **self._row(kinds.MEETINGS, meeting),
                "also": [
                    {"body": one.body.code, "series": one.series, "number": one.number}
                    for one in others
                ],
                "timings": self._rows("timings", kinds.TIMINGS, key),
                "participations": self._rows("participations", kinds.PARTICIPATIONS, key),
                "sittings": [
                    self._sitting(index, one)
                    for index, one in enumerate(self.rows["sittings", key], 1)
                ],
                "agenda": self._agenda(key),
                "items": [self._item(one) for one in self.rows["items", key]],
                "papers": self._rows("papers", kinds.PAPERS, ("meeting", key)),
                "remarks": self._rows("remarks", kinds.REMARKS, ("meeting", key)),
            }
        )

    def _sitting(self, index: int, sitting: Any) -> dict[str, Any]:
        chairs = self._rows("chairs", kinds.CHAIRS, sitting.pk)
        return filled({"id": f"s{index}", **self._row(kinds.SITTINGS, sitting), "chairs": chairs})

    def _agenda(self, meeting: int) -> dict[str, Any] | None:
        for agenda in self.rows["agenda", meeting]:
            return {"status": agenda.status, "items": self._points(agenda.pk, None, "a")}
        return None

    def _points(self, agenda: int, parent: int | None, above: str) -> list[dict[str, Any]]:
        found = []
        for index, point in enumerate(self.rows["points", (agenda, parent)], 1):
            name = f"{above}{index}"
            row = {
                "id": name,
                **self._row(kinds.POINTS, point),
                "speakers": self._rows("speakers", kinds.SPEAKERS, point.pk),
                "items": self._points(agenda, point.pk, f"{name}."),
            }
            found.append(filled(row))
        return found

    def _item(self, item: ActionItem) -> dict[str, Any]:
        parts = [
            filled(
                {
                    **self._row(kinds.UNDERTAKINGS, one),
                    "reports": self._rows("reports", kinds.REPORTS, one.pk),
                }
            )
            for one in self.rows["undertakings", item.pk]
        ]
        return filled({**self._row(kinds.ITEMS, item), "undertakings": parts})


NAMED = {
    "party",
    "proposer",
    "sender",
    "addressee",
    "calendar_of",
    "room",
    "area",
    "parent",
    "body",
    "host",
    "side",
}
NAMED |= {"merged_into", "in_reply_to__sender"}
BELONG = {"person", "organisation", "owner", "lead"}  # to a side


def named_by(model: type[Any]) -> list[str]:
    """What rows of a model name, to be fetched along with them."""
    known = {one.name for one in model._meta.fields if one.many_to_one}
    return [
        *sorted(name for name in NAMED if name.split("__")[0] in known),
        *(f"{name}__party" for name in sorted(known & BELONG)),
    ]


APPOINTED = ("office", "party__code", "order", "since", "person__full_name")


def filled(row: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in row.items() if value not in EMPTY}


def by_name(rows: Iterable[Any]) -> list[Any]:
    """In an order that does not depend on when they were entered."""

    def order(row: Any) -> tuple:
        if isinstance(row, Party):
            return (row.code.lower(),)
        name = row.full_name if isinstance(row, Person) else row.name
        return (row.party.code.lower() if row.party else "", name)

    return sorted(rows, key=order)


def called(rows: Iterable[Any], name: Callable[[Any], str]) -> dict[Any, str]:
    """Ids made of names: Latin letters and digits where there are any, told apart by numbers."""
    found: dict[Any, str] = {}
    taken: set[str] = set()
    for row in rows:
        base = base_of(name(row))
        number, one = 1, base
        while one in taken:
            number += 1
            one = f"{base}-{number}"
        taken.add(one)
        found[row] = one
    return found


def base_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(words)[:60] or "row"
