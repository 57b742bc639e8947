"""The editor of a programme: every sitting a row, arranged together, checked before saving."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.sitting import NO_LENGTH, Preview, PreviewForm, areas_for
from meetings.models import Meeting, Mode, Room, Sitting
from meetings.programme import Row, Rows, in_order
from portal.clocks import NoSuchTime, to_instant
from portal.forms import DayInput, NameField, PortalForm, TimeInput
from portal.models import Party
from portal.models.party import known_zone

MOST_ROWS = 120
# What the editor leaves to the page of a single sitting.
CARRIED = ("languages", "chairs")


@dataclass(frozen=True)
class Choices:
    """What the rows of one programme choose from, looked up once for all of them."""

    meeting: Meeting
    parties: Sequence[Party]
    areas: list[tuple[Any, str]]
    rooms: list[tuple[Any, str]]
    zones: list[tuple[str, str]]

    @classmethod
    def of(cls, meeting: Meeting, parties: Sequence[Party], rows: Rows) -> "Choices":
        areas = areas_for(meeting, *(row["area"] for row in rows))
        zones = {party.zone: f"{party.place.name} ({party.zone})" for party in parties}
        for zone in (meeting.zone, *(row["zone"] for row in rows)):
            zones.setdefault(zone, zone.replace("_", " "))
        return cls(
            meeting,
            parties,
            [("", gettext("No area")), *((area.pk, str(area)) for area in areas)],
            [("", gettext("No room")), *((room.pk, str(room)) for room in Room.objects.all())],
            list(zones.items()),
        )


class NumberChoice(forms.TypedChoiceField):
    """One row of a table by its number, or none; the choices are looked up once for all rows."""

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)


class ProgrammeRowForm(PortalForm):
    """One sitting in the editor."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    like = forms.UUIDField(widget=forms.HiddenInput, required=False)
    day = forms.DateField(label=_("Day"), widget=DayInput)
    # Left empty while only the day is known.
    wall = forms.TimeField(label=_("Begins at"), widget=TimeInput, required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=5,
        max_value=1440,
        error_messages={
            "min_value": _("A sitting ends after it begins: it lasts from 5 minutes to 24 hours."),
            "max_value": _("A sitting lasts from 5 minutes to 24 hours. Make it two."),
        },
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Sitting.Kind.choices)
    title = NameField(label=_("Title"), max_length=300, required=False)
    area = NumberChoice(label=_("Area"))
    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices)
    room = NumberChoice(label=_("Room"))
    zone = forms.CharField(label=_("Clock"), max_length=60, validators=[known_zone])
    level = forms.ChoiceField(
        label=_("Level"), choices=[("", "—"), *Sitting.Level.choices], required=False
    )
    place = NameField(label=_("Place"), max_length=200, required=False)
    join_link = forms.URLField(
        label=_("Joining link"), max_length=200, required=False, assume_scheme="https"
    )
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=100_000, required=False)
    is_open = forms.BooleanField(label=_("Open to all registered"), required=False)

    MAIN = ("day", "wall", "minutes", "kind", "area", "title", "mode", "room")
    MORE = ("zone", "level", "place", "join_link", "capacity", "is_open")

    def __init__(self, *args, choices: Choices, known: dict[str, Row], **kwargs):
        super().__init__(*args, **kwargs)
        self.choices, self.known = choices, known
        self.fields["area"].choices = choices.areas
        self.fields["room"].choices = choices.rooms
        self.fields["zone"].widget = forms.Select(choices=choices.zones)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("wall") and not cleaned.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", NO_LENGTH)
        if cleaned.get("wall") and {"day", "zone"} <= set(cleaned):
            try:
                to_instant(cleaned["day"], cleaned["wall"], cleaned["zone"])
            except NoSuchTime as error:
                self.add_error("wall", str(error))
        return cleaned

    @property
    def row(self) -> Row:
        """The row as typed; what the editor does not show is as it was."""
        cleaned = self.cleaned_data
        uid = str(cleaned["uid"])
        kept = self.known.get(uid) or self.known.get(str(cleaned["like"] or "")) or {}
        return {
            **{name: cleaned[name] for name in (*self.MAIN, *self.MORE)},
            "uid": uid,
            "like": str(cleaned["like"] or ""),
            "day": cleaned["day"].isoformat(),
            "wall": f"{cleaned['wall']:%H:%M}" if cleaned["wall"] else "",
            **{name: kept.get(name, []) for name in CARRIED},
        }

    @property
    def key(self) -> str:
        """What names the row on the page, however it is arranged."""
        return str(self["uid"].value())

    @property
    def label(self) -> str:
        """What the row is called, as far as it can be read."""
        title = self["title"].value()
        kind = dict(Sitting.Kind.choices).get(self["kind"].value(), "")
        area = {str(pk): name for pk, name in self.choices.areas if pk}.get(
            str(self["area"].value())
        )
        if title or not area:
            return str(title or kind)
        return gettext("%(kind)s: %(area)s") % {"kind": kind, "area": area}

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MAIN]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def shows_more(self) -> bool:
        return any(name in self.errors for name in self.MORE)

    @cached_property
    def preview(self) -> Preview | None:
        """The row's time in every clock, as far as it can be read."""
        values = {name: self[name].value() for name in ("day", "wall", "minutes", "zone")}
        return PreviewForm(values).preview(list(self.choices.parties))


class BaseRows(forms.BaseFormSet):
    """The rows of a programme in the editor."""

    def get_form_kwargs(self, index):
        # A row that is there counts, however little was typed over it.
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def clean(self):
        uids = [form.cleaned_data.get("uid") for form in self.forms if not form.errors]
        if len(set(uids)) < len(uids):
            raise ValidationError(_("One row came twice. Open the page again and repeat it."))

    @property
    def rows(self) -> Rows:
        return in_order(form.row for form in self.forms)


EditorRows = forms.formset_factory(
    ProgrammeRowForm, formset=BaseRows, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


class EditorForm(PortalForm):
    """What stands around the rows: what was read, what is asked for, what was seen already."""

    read = forms.JSONField(widget=forms.HiddenInput, required=False)
    seen = forms.JSONField(widget=forms.HiddenInput, required=False)
    do = forms.CharField(max_length=200, required=False)

    @property
    def rows_read(self) -> Rows:
        """The rows as they were when the page was opened; none where that cannot be read."""
        read = self.cleaned_data.get("read")
        if not isinstance(read, list):
            return []
        return [row for row in read if isinstance(row, dict) and "uid" in row and "day" in row]

    @property
    def sentences_seen(self) -> set[str]:
        seen = self.cleaned_data.get("seen")
        return {str(one) for one in seen} if isinstance(seen, list) else set()


def read_field(rows: Rows) -> str:
    """The rows as the hidden field keeps them."""
    return json.dumps(rows, ensure_ascii=False)


def initial_of(row: Row) -> dict[str, Any]:
    """A row as the fields of its form show it."""
    return {name: value for name, value in row.items() if name not in CARRIED}


class ShiftForm(PortalForm):
    """How far a day is shifted: its form bears the day as its prefix."""

    days = forms.IntegerField(
        label=_("Days"),
        min_value=-366,
        max_value=366,
        required=False,
        widget=forms.NumberInput({"class": "form-control"}),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=-1440,
        max_value=1440,
        required=False,
        widget=forms.NumberInput({"class": "form-control"}),
    )

    @property
    def amount(self) -> dict[str, int]:
        """Days and minutes; nothing where nothing can be read."""
        if not self.is_valid():
            return {"days": 0, "minutes": 0}
        return {name: self.cleaned_data[name] or 0 for name in ("days", "minutes")}


class CompareForm(PortalForm):
    """Which two versions of a programme to lay beside each other."""

    earlier = forms.IntegerField(label=_("Version"), min_value=1)
    later = forms.IntegerField(label=_("with version"), min_value=1)


class PublishForm(PortalForm):
    """Which draft is published, and why."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why, for those concerned"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "class": "form-control"}),
    )
