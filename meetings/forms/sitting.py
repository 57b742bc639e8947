from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.forms.utils import ErrorDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Room, Sitting
from portal.clocks import Band, ClockText, NoSuchTime, office_band, to_instant
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm, TimeInput, zone_choices
from portal.models import Party

LENGTHS = (30, 45, 60, 90, 120, 150, 180, 240)


@dataclass(frozen=True)
class Preview:
    """A chosen time in every side's clock, with their office hours; or why it cannot be."""

    start: datetime | None
    end: datetime | None
    band: Band | None
    problem: str = ""


def preview(day: date, wall: time, minutes: int, zone: str, parties: list[Party]) -> Preview:
    """What a time chosen in one zone means for all sides. `zone` must be a known one."""
    try:
        start = to_instant(day, wall, zone)
    except NoSuchTime as error:
        return Preview(None, None, None, str(error))
    end = start + timedelta(minutes=minutes)
    first = start.astimezone(parties[0].zone_info).date()
    return Preview(start, end, office_band(first, parties, start, end))


class PreviewForm(PortalForm):
    """Just enough of a sitting to show it in every clock."""

    day = forms.DateField()
    wall = forms.TimeField()
    minutes = forms.IntegerField(min_value=5, max_value=1440)
    zone = forms.ChoiceField(choices=zone_choices)

    def preview(self, parties: list[Party]) -> Preview | None:
        if not parties or not self.is_valid():
            return None
        return preview(parties=parties, **self.cleaned_data)


class LengthField(forms.TypedChoiceField):
    """How long a sitting lasts."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Length"),
            coerce=int,
            choices=[(minutes, _length(minutes)) for minutes in LENGTHS],
            **kwargs,
        )


def _length(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d} h"


def room_conflict(sitting: Sitting) -> str:
    """Which other sitting has the room at that time, in a sentence; empty when it is free.

    The constraint in the database decides; this only says it in time and by name.
    """
    other = (
        Sitting.objects.taking_place()
        .filter(room=sitting.room, starts_at__lt=sitting.ends_at, ends_at__gt=sitting.starts_at)
        .exclude(pk=sitting.pk)
        .select_related("meeting__body", "area")
        .first()
        if sitting.room_id
        else None
    )
    if other is None:
        return ""
    return taken_sentence(sitting, other)


def taken_sentence(sitting: Sitting, other: Sitting) -> str:
    return gettext(
        "%(room)s is taken on %(when)s by another sitting. Choose another room or another time."
    ) % {
        "room": sitting.room,
        "when": ClockText(other.starts_at, other.ends_at, other.meeting.sides())
        if other.meeting_id
        else date_format(other.day),
    }


class SittingForm(PortalModelForm):
    """One sitting of a meeting."""

    title = NameField(label=_("Title"), max_length=300, required=False)
    join_link = forms.URLField(
        label=_("Joining link"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("Shown to approved participants only."),
    )
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Sitting
        fields = [
            "kind",
            "title",
            "area",
            "day",
            "wall",
            "minutes",
            "zone",
            "mode",
            "room",
            "join_link",
            "is_open",
        ]
        widgets = {"day": DayInput, "wall": TimeInput, "minutes": forms.NumberInput}
        help_texts = {
            "title": _("Empty: its kind and area name it."),
        }

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting = self.instance.meeting = meeting
        self.fields["area"].queryset = meeting.body.areas.all()
        self.fields["room"].queryset = Room.objects.all()
        self.fields["room"].empty_label = _("No room")
        self.fields["zone"].widget = forms.Select(choices=side_zones(meeting.sides()))
        self.initial.setdefault("sequence", self.instance.sequence)

    def clean(self):
        cleaned = super().clean()
        seen = cleaned.get("sequence")
        if self.instance.pk and seen is not None and seen != self.instance.sequence:
            self.data = {**self.data.dict(), "sequence": self.instance.sequence}
            raise forms.ValidationError(
                _(
                    "Somebody changed this sitting since you opened it. Yours is still in the "
                    "fields below; save once more to let it stand."
                )
            )
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if self.instance.room_id and not self.errors:
            conflict = room_conflict(self.instance)
            if conflict:
                self.add_error("room", conflict)


class SittingRowForm(PortalModelForm):
    """One row of the programme while a meeting is being scheduled."""

    include = forms.BooleanField(label=_("Include"), required=False, initial=True)
    minutes = LengthField()

    class Meta:
        model = Sitting
        fields = ["kind", "area", "day", "wall", "minutes", "room"]
        widgets = {
            "kind": forms.HiddenInput,
            "area": forms.HiddenInput,
            "day": DayInput,
            "wall": TimeInput,
        }

    def __init__(self, *args, zone: str, mode: str, areas, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.zone, self.instance.mode = zone, mode
        self.parties = parties
        self.areas = {str(area.pk): area for area in areas}
        self.fields["area"].queryset = areas
        self.fields["room"].empty_label = _("No room")

    @property
    def is_included(self) -> bool:
        """Whether the row counts; one that is left out is not looked at."""
        return not self.is_bound or bool(self["include"].data)

    @property
    def heading(self) -> str:
        """What the row is, as the programme will name it."""
        area = self.areas.get(str(self["area"].value() or ""))
        kinds = dict(Sitting.Kind.choices)
        kind = kinds.get(self["kind"].value(), Sitting.Kind.CONSULTATION.label)
        if area is None:
            return str(kind)
        return gettext("%(kind)s: %(area)s") % {"kind": kind, "area": area}

    @property
    def preview(self) -> Preview | None:
        """The row's time in every clock, as far as it can be read."""
        fields = {name: self[name].value() for name in ("day", "wall", "minutes")}
        return PreviewForm({**fields, "zone": self.instance.zone}).preview(self.parties)

    def full_clean(self):
        if self.is_included:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}


class ProgrammeFormSet(forms.BaseFormSet):
    """The rows of a programme, which must not take one room twice among themselves either."""

    def get_form_kwargs(self, index):
        # A row is left out by its own box alone, never because it is as it was proposed.
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def clean(self):
        rows = [row for row in self.forms if row.is_included and not row.errors]
        for index, row in enumerate(rows):
            sitting = row.instance
            conflict = room_conflict(sitting) if sitting.room_id else ""
            for earlier in rows[:index]:
                if _collide(sitting, earlier.instance):
                    conflict = gettext(
                        "%(room)s is wanted twice at that time: also by %(other)s. "
                        "Choose another room or another time."
                    ) % {"room": sitting.room, "other": earlier.heading}
            if conflict:
                row.add_error("room", conflict)

    @property
    def sittings(self) -> list[Sitting]:
        """The sittings that are to be, not stored yet."""
        return [row.instance for row in self.forms if row.is_included]


def _collide(one: Sitting, other: Sitting) -> bool:
    return (
        bool(one.room_id)
        and one.room_id == other.room_id
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
    )


ProgrammeRows = forms.formset_factory(
    SittingRowForm, formset=ProgrammeFormSet, extra=0, max_num=60, absolute_max=60
)


def side_zones(parties: list[Party]) -> list:
    """The sides' own zones first, then all others."""
    own = {party.zone: f"{party.place.name} ({party.zone})" for party in parties}
    others = [choice for choice in zone_choices() if choice[0] not in own]
    return [(_("The sides"), list(own.items())), (_("Other zones"), others)]
