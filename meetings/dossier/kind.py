"""The kinds of rows in a dossier: their fields, the key they are found by, what is left out."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from meetings.dossier.field import (
    Amount,
    Answered,
    Day,
    Field,
    Identity,
    InRoom,
    Noon,
    Wall,
    plain,
    reference,
)
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
from portal.models import Organisation, Party, Person

PARTY = reference("party", "parties")


@dataclass(frozen=True)
class Kind:
    """One kind of row. `key` finds a row again; rows of a `shared` kind are never changed."""

    name: str
    label: Any
    model: type[Model]
    fields: tuple[Field, ...]
    key: Callable[[Any], Hashable]
    shared: bool = False
    called: Callable[[Any], str] | None = None  # how people know a row, from itself alone

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    def left_out(self, field: Field) -> Any:
        """What a new row is given where the dossier says nothing."""
        return self.model._meta.get_field(field.column).get_default()

    def label_of(self, name: str) -> str:
        """What people call a field of it."""
        column = self.field(name).column
        return str(self.model._meta.get_field(column).verbose_name)


def _meeting_key(meeting: Meeting) -> Hashable:
    # A number given free, or given twice, may be another meeting's too; so many unnumbered
    # ones have a name. What has no date has its title alone.
    is_dated = meeting.precision != Meeting.Precision.UNKNOWN
    loose = (meeting.starts_on if is_dated else None, meeting.title)
    is_own = not (meeting.number_released or meeting.number_reason)
    counted = meeting.number is not None and is_own
    return (
        meeting.body_id,
        meeting.series,
        meeting.side_id,
        meeting.number,
        () if counted else loose,
    )


def _numbered(meeting: Meeting) -> str:
    wrong = meeting.number is not None and meeting.series not in Meeting.NUMBERED
    return "" if wrong else meeting.label


def _timing_key(timing: Timing) -> Hashable:
    if timing.kind in ("actual", "reported"):
        return (timing.meeting_id, timing.kind, timing.party_id, timing.starts_on)
    return (timing.meeting_id, timing.kind, timing.starts_on, timing.ends_on)


def _report_key(report: StatusReport) -> Hashable:
    day = Noon("on", "reported_at").write(report.reported_at, {})
    return (report.undertaking_id, report.state, report.text, day)


PARTIES = Kind(
    "party",
    _("Parties"),
    Party,
    (
        *plain("code", "kind", "name", "names", "short_name", "short_names", "city", "cities"),
        Field("zone"),
        Wall("opens"),
        Wall("closes"),
        *plain("rest_days", "holiday_calendar", "language", "former", "members"),
    ),
    lambda row: row.code.lower(),
    shared=True,
    called=lambda row: row.label,
)
ORGANISATIONS = Kind(
    "organisation",
    _("Organisations"),
    Organisation,
    (PARTY, *plain("name", "names")),
    lambda row: (row.party_id, row.name),
    shared=True,
    called=str,
)
PEOPLE = Kind(
    "person",
    _("People"),
    Person,
    (
        PARTY,
        *plain("full_name", "latin_name", "honorific", "variants", "email", "language", "zone"),
    ),
    lambda row: (row.email.lower(), row.full_name.lower(), None if row.email else row.party_id),
    shared=True,
    called=str,
)
ROOMS = Kind(
    "room",
    _("Rooms"),
    Room,
    plain("name", "city", "is_virtual", "seats"),
    lambda row: (row.city, row.name),
    shared=True,
    called=str,
)
BODIES = Kind(
    "body",
    _("Bodies"),
    Body,
    (
        Field("code"),
        reference("parent", "bodies"),
        *plain("kind", "status", "name", "names", "former", "numerals", "is_public"),
        *plain("founding_instrument", "founded_words"),
        Day("founded_on"),
    ),
    lambda row: row.code,
    called=lambda row: row.label,
)
SEATS = Kind(
    "seat",
    _("Seats"),
    BodyParty,
    (
        PARTY,
        Field("order"),
        Day("since"),
        Day("until"),
        Field("names"),
        reference("lead", "organisations"),
    ),
    lambda row: (row.body_id, row.party_id, row.since),
    called=lambda row: row.party.label,
)
RULES = Kind(
    "rules",
    _("Rules of procedure"),
    Rules,
    (
        Day("since"),
        Day("until"),
        *plain("source", "languages", "publication", "chairing", "hosting", "hosting_place"),
        *plain("quorum_per_side", "every_months", "record_name"),
    ),
    lambda row: (row.body_id, row.since),
)
DEADLINE_RULES = Kind(
    "deadline_rule",
    _("Deadline rules"),
    DeadlineRule,
    (
        *plain("what", "days", "unit"),
        reference("calendar_of", "parties"),
        *plain("when", "by_each_side"),
    ),
    lambda row: (row.rules_id, row.what),
)
APPOINTMENTS = Kind(
    "appointment",
    _("Appointments"),
    Appointment,
    (
        reference("person", "people"),
        PARTY,
        *plain("office", "title", "titles"),
        Day("since"),
        Day("until"),
        Field("act"),
        reference("organisation", "organisations"),
        Field("order"),
    ),
    lambda row: (row.body_id, row.person_id, row.office, row.party_id, row.since),
    called=lambda row: f"{row.person} · {row.get_office_display()}",
)
AREAS = Kind(
    "area",
    _("Areas of cooperation"),
    Area,
    (
        *plain("number", "name", "names", "former"),
        Day("until"),
        reference("merged_into", "areas"),
    ),
    lambda row: (row.body_id, row.name, row.until),
    called=str,
)
LEADS = Kind(
    "lead",
    _("Lead organisations"),
    AreaLead,
    (PARTY, reference("organisation", "organisations")),
    lambda row: (row.area_id, row.party_id),
)
FIGURES = Kind(
    "figure",
    _("Figures"),
    Figure,
    (
        *plain("order", "name", "names"),
        Amount("value"),
        *plain("unit", "period"),
        Amount("change"),
        Field("source"),
        PARTY,
    ),
    lambda row: (row.body_id, row.name, row.period),
    called=str,
)
MEETINGS = Kind(
    "meeting",
    _("Meetings"),
    Meeting,
    (
        *plain("series", "number", "number_released", "number_reason"),
        reference("side", "parties"),
        *plain("title", "about", "mode", "status"),
        Field("announced", "was_announced"),
        Day("starts_on"),
        Day("ends_on"),
        *plain("precision", "zone", "place"),
        reference("host", "parties"),
        Field("host_reason"),
        reference("proposer", "parties"),
        Field("reason"),
    ),
    _meeting_key,
    called=lambda row: row.title or _numbered(row),
)
NUMBERS = Kind(
    "number",
    _("Numbers of joint meetings"),
    MeetingNumber,
    (reference("body", "bodies"), *plain("series", "number")),
    lambda row: (row.meeting_id, row.body_id),
)
TIMINGS = Kind(
    "timing",
    _("Days planned, announced, held and reported"),
    Timing,
    (
        Field("kind"),
        PARTY,
        Day("starts_on"),
        Day("ends_on"),
        *plain("precision", "mode", "place", "reason"),
    ),
    _timing_key,
)
PARTICIPATIONS = Kind(
    "participation",
    _("Who took part"),
    Participation,
    (reference("person", "people"), PARTY, *plain("capacity", "title")),
    lambda row: (row.meeting_id, row.person_id, row.capacity),
    called=lambda row: str(row.person),
)
SITTINGS = Kind(
    "sitting",
    _("Sittings"),
    Sitting,
    (
        Identity("uid"),
        *plain("kind", "title"),
        reference("area", "areas"),
        *plain("level", "mode"),
        Day("day"),
        Wall("wall"),
        *plain("minutes", "zone", "place"),
        InRoom("room"),
        *plain("is_open", "languages", "capacity", "status"),
    ),
    lambda row: str(row.uid),
    called=lambda row: " · ".join(
        [row.label, f"{row.day} {row.wall:%H:%M}" if row.wall else str(row.day)]
    ),
)
CHAIRS = Kind(
    "chair",
    _("Chairs of sittings"),
    SittingChair,
    (reference("person", "people"), PARTY, *plain("title", "titles")),
    lambda row: (row.sitting_id, row.person_id),
    called=lambda row: str(row.person),
)
AGENDAS = Kind("agenda", _("Agendas"), Agenda, plain("status"), lambda row: row.meeting_id)
POINTS = Kind(
    "point",
    _("Agenda items"),
    AgendaItem,
    (
        Identity("uid"),
        *plain("title", "titles", "text"),
        reference("proposer", "parties"),
        reference("area", "areas"),
        *plain("is_open", "minutes", "outcome"),
    ),
    lambda row: str(row.uid),
    called=lambda row: row.label,
)
SPEAKERS = Kind(
    "speaker",
    _("Speakers"),
    AgendaSpeaker,
    (reference("person", "people"), Field("name"), PARTY, Field("minutes")),
    lambda row: (row.item_id, row.person_id, row.name),
)
ITEMS = Kind(
    "item",
    _("Action items"),
    ActionItem,
    (
        Field("number"),
        reference("area", "areas"),
        *plain("text", "texts"),
        Day("due_on"),
        *plain("due_words", "status"),
        Noon("closed_on", "closed_at"),
    ),
    lambda row: (row.meeting_id, row.number),
    called=lambda row: row.words,
)
UNDERTAKINGS = Kind(
    "undertaking",
    _("Undertakings"),
    Undertaking,
    (PARTY, reference("organisation", "organisations"), reference("owner", "people")),
    lambda row: (row.item_id, row.party_id),
    called=lambda row: row.party.label,
)
REPORTS = Kind(
    "report",
    _("Reports of the sides"),
    StatusReport,
    (*plain("state", "text"), Noon("on", "reported_at"), Field("by", "reporter_name")),
    _report_key,
)
PAPERS = Kind(
    "paper",
    _("Papers"),
    Paper,
    (
        *plain("kind", "access"),
        PARTY,
        *plain("reference", "title", "titles", "language"),
        Day("dated"),
        *plain("words", "link"),
    ),
    lambda row: (
        *(row.body_id, row.meeting_id, row.kind, row.title),
        *(row.reference, row.language),
    ),
    called=lambda row: row.label,
)
NOTES = Kind(
    "note",
    _("Notes verbales"),
    NoteVerbale,
    (
        Field("reference"),
        reference("sender", "parties"),
        reference("addressee", "parties"),
        Field("channel"),
        Day("dated"),
        Day("received_on"),
        Answered("in_reply_to"),
        *plain("subject", "language"),
    ),
    lambda row: (row.sender_id, row.reference, row.dated),
    called=lambda row: row.reference,
)
REMARKS = Kind(
    "remark",
    _("Remarks"),
    Remark,
    (*plain("text", "texts"), PARTY, Field("source")),
    lambda row: (row.body_id, row.meeting_id, row.text, row.source),
    called=lambda row: row.label,
)

KINDS = {
    kind.name: kind
    for kind in (
        *(PARTIES, ORGANISATIONS, PEOPLE, ROOMS, BODIES, SEATS, RULES, DEADLINE_RULES),
        *(APPOINTMENTS, AREAS, LEADS, FIGURES, MEETINGS, NUMBERS, TIMINGS, PARTICIPATIONS),
        *(SITTINGS, CHAIRS, AGENDAS, POINTS, SPEAKERS, ITEMS, UNDERTAKINGS, REPORTS, PAPERS),
        *(NOTES, REMARKS),
    )
}
