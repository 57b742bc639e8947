from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Area, Meeting, Room, Sitting, SittingChair, named_with_days
from portal.clocks import Band, NoSuchTime, comes_twice, office_band, to_instant
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm, TimeInput, zone_choices
from portal.languages import language_name
from portal.models import Party, Person

People = Mapping[Party, QuerySet[Person]]  # whom one may name, by side

NO_LENGTH = _(
    "Say how long it lasts: all sides’ calendars show its end. Where the hour is not known "
    "either, leave both empty."
)
LENGTHS = (30, 45, 60, 90, 120, 150, 180, 240)


@dataclass(frozen=True)
class Preview:
    """A chosen time in every side's clock, with their office hours; or why it cannot be."""

    start: datetime | None
    end: datetime | None
    band: Band | None
    problem: str = ""
    note: str = ""


def preview(day: date, wall: time, minutes: int, zone: str, parties: list[Party]) -> Preview:
    """What a time chosen in one zone means for all sides. `zone` must be a known one."""
    try:
        start = to_instant(day, wall, zone)
    except NoSuchTime as error:
        return Preview(None, None, None, str(error))
    end = start + timedelta(minutes=minutes)
    first = start.astimezone(parties[0].zone_info).date()
    return Preview(start, end, office_band(first, parties, start, end), note=fold(day, wall, zone))


def fold(day: date, wall: time, zone: str) -> str:
    """Which of the two is meant where the clocks go back over a time; empty on all other days."""
    if not comes_twice(day, wall, zone):
        return ""
    return gettext("%(time)s comes twice that night in %(zone)s; the first is meant.") % {
        "time": f"{wall:%H:%M}",
        "zone": zone.replace("_", " "),
    }


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


def room_conflict(sitting: Sitting, parties: Sequence[Party]) -> str:
    """When another sitting has the room, in a sentence; empty when it is free.

    The constraint in the database decides; this only says it in time, in the clocks of the
    own meeting: whose the other one is may be no affair of the reader's.
    """
    side = sitting.meeting.side_id if sitting.meeting_id else None
    other = (
        Sitting.objects.keeping_rooms_from(side)
        .filter(room=sitting.room, starts_at__lt=sitting.ends_at, ends_at__gt=sitting.starts_at)
        .exclude(Q(wall=None) | Q(pk=sitting.pk))
        .first()
        if sitting.room_id and sitting.is_timed
        else None
    )
    if other is None:
        return ""
    return gettext(
        "%(room)s is taken on %(when)s by another sitting. Choose another room or another time."
    ) % {
        "room": sitting.room,
        "when": other.clocks(parties),
    }


class SittingForm(PortalModelForm):
    """One sitting of a meeting: the usual on top, everything else beneath."""

    title = NameField(label=_("Title"), max_length=300, required=False)
    place = NameField(
        label=_("Place"),
        max_length=200,
        required=False,
        help_text=_("Where it is not a room of the list: a building, a city, a plant to visit."),
    )
    join_link = forms.URLField(
        label=_("Joining link"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("Shown to approved participants only."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Interpreted into"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outside = forms.CharField(widget=forms.HiddenInput, required=False)

    USUAL = ("kind", "area", "title", "day", "wall", "minutes", "mode", "room", "join_link")
    MORE = ("zone", "level", "place", "capacity", "is_open", "languages")

    class Meta:
        model = Sitting
        fields = [
            "kind",
            "area",
            "title",
            "day",
            "wall",
            "minutes",
            "mode",
            "room",
            "join_link",
            "zone",
            "level",
            "place",
            "capacity",
            "is_open",
            "languages",
        ]
        widgets = {"day": DayInput, "wall": TimeInput, "minutes": forms.NumberInput}
        help_texts = {
            "title": _("Empty: its kind and area name it."),
        }

    def __init__(self, *args, meeting: Meeting, people: People | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting = self.instance.meeting = meeting
        self.fields["area"].queryset = areas_for(meeting, self.instance.area_id)
        self.fields["room"].queryset = Room.objects.all()
        self.fields["room"].empty_label = _("No room")
        self.fields["zone"].widget = forms.Select(choices=side_zones(meeting.sides()))
        self.fields["languages"].choices = _languages(meeting, self.instance.languages)
        self.initial.setdefault("sequence", self.instance.sequence)
        self.seated = list(self.instance.chairs.all()) if self.instance.pk else []
        self.people = people or {}
        for party, known in self.people.items():
            self._add_chairs(party, known)

    def _add_chairs(self, party: Party, known: QuerySet[Person]) -> None:
        """Fields for those who preside for a side, and for one more."""
        seated = [chair for chair in self.seated if chair.party_id == party.pk]
        choice = Person.objects.filter(
            Q(pk__in=known.values("pk")) | Q(pk__in=[chair.person_id for chair in seated])
        )
        for index in range(len(seated) + 1):
            name = f"chair-{party.pk}-{index}"
            self.fields[name] = forms.ModelChoiceField(
                choice, label=_("Presides for %(party)s") % {"party": party.label}, required=False
            )
            self.fields[f"{name}-title"] = NameField(
                label=_("Title on that day"),
                max_length=300,
                required=False,
                help_text=_("Empty: the title of the person’s office."),
            )
            if index < len(seated):
                self.initial[name] = seated[index].person_id
                self.initial[f"{name}-title"] = seated[index].title

    @property
    def usual(self) -> list[forms.BoundField]:
        """What nearly every sitting needs."""
        return [self[name] for name in self.USUAL]

    @property
    def more(self) -> list[forms.BoundField]:
        """What some sittings need."""
        return [self[name] for name in self.MORE]

    @property
    def presiding(self) -> list[tuple[Party, list[forms.BoundField]]]:
        """Who presides, side by side."""
        names = [name for name in self.fields if name.startswith("chair-")]
        return [
            (party, [self[name] for name in names if name.split("-")[1] == str(party.pk)])
            for party in self.people
        ]

    @property
    def shows_more(self) -> bool:
        """Whether something beneath is filled in or wrong, so that it has to be seen."""
        filled = any(self[name].value() for name in ("level", "place", "capacity", "languages"))
        foreign = self["zone"].value() != self.meeting.zone or not self["is_open"].value()
        return filled or foreign or any(name in self.errors for name in self.MORE)

    @property
    def chairs(self) -> list[dict]:
        """Who presides, as a row of the programme keeps it; the neutral ones stay."""
        sides = {party.pk for party in self.people}
        kept = [_seat(one.person_id, one) for one in self.seated if one.party_id not in sides]
        named = [
            (party, self.cleaned_data.get(name), self.cleaned_data.get(f"{name}-title", ""))
            for party, name in self._chair_names()
        ]
        seats = [self._seat_for(*one) for one in named if one[1]]
        return list({seat["person"]: seat for seat in [*kept, *seats]}.values())

    def _chair_names(self) -> list[tuple[Party, str]]:
        return [
            (party, name)
            for party in self.people
            for name in self.fields
            if name.startswith(f"chair-{party.pk}-") and not name.endswith("-title")
        ]

    def _seat_for(self, party: Party, person: Person, title: str) -> dict:
        before = next((one for one in self.seated if one.person_id == person.pk), None)
        if before and title == before.title:
            return {**_seat(person.pk, before), "party": party.pk}
        titles: dict = {}
        if not title:
            title, titles = self._title_of_office(person, party)
        return {"person": person.pk, "party": party.pk, "title": title, "titles": titles}

    def _title_of_office(self, person: Person, party: Party) -> tuple[str, dict]:
        """The title of that day, from the person's office in this body or above it."""
        held = person.appointments.on(self.cleaned_data["day"]).filter(
            party=party, body__in=self.meeting.body.lineage
        )
        found = held.exclude(title="").first()
        return (found.title, found.titles) if found else ("", {})

    def clean(self):
        cleaned = super().clean()
        if self._lacks_a_length(cleaned):
            self.add_error("minutes", NO_LENGTH)
        seen = cleaned.get("sequence")
        if self.instance.pk and seen is not None and seen != self.instance.sequence:
            self.data = {**_lists_of(self.data), "sequence": self.instance.sequence}
            raise forms.ValidationError(
                _(
                    "Somebody changed this sitting since you opened it. Yours is still in the "
                    "fields below; save once more to let it stand."
                )
            )
        return cleaned

    def _lacks_a_length(self, cleaned: dict) -> bool:
        """Of what is to come the length is planned; of what was held it may be lost."""
        planned = cleaned.get("wall") and not self.meeting.is_over
        return bool(planned and not cleaned.get("minutes") and "minutes" not in self.errors)

    def _post_clean(self):
        super()._post_clean()
        if self.instance.room_id and not self.errors:
            conflict = room_conflict(self.instance, self.meeting.sides())
            if conflict:
                self.add_error("room", conflict)
        if not self.instance.pk or {"day", "kind", "zone"} & set(self.changed_data):
            asked_outside(self, self.meeting)


def _seat(person_id: int, chair: SittingChair) -> dict:
    return {
        "person": person_id,
        "party": chair.party_id,
        "title": chair.title,
        "titles": chair.titles,
    }


def asked_outside(form: forms.ModelForm, meeting: Meeting | None) -> None:
    """Ask once before a sitting is put far from the days of its meeting; saving again answers.

    Who changes something else of a sitting is not asked again.
    """
    day = form.cleaned_data.get("day")
    if form.errors or meeting is None:
        return
    if form.cleaned_data.get("outside") == day.isoformat():
        return
    if meeting.leaves_out(form.instance):
        form.data = {**_lists_of(form.data), form.add_prefix("outside"): day.isoformat()}
        form.add_error(
            "day",
            gettext(
                "%(sitting)s would lie outside the days of the meeting (%(days)s). Choose another "
                "day, or save once more if that is meant."
            )
            % {
                "sitting": named_with_days([form.instance], meeting.zone),
                "days": meeting.days_words,
            },
        )


def _lists_of(data) -> dict:
    """What was posted, with every box that was ticked."""
    return {name: data.getlist(name) if name == "languages" else data[name] for name in data}


def areas_for(meeting: Meeting, *kept: int | None) -> QuerySet[Area]:
    """The areas in use of a meeting's body, and those that a sitting has already."""
    return meeting.body.areas.filter(Q(until=None) | Q(pk__in=[one for one in kept if one]))


def _languages(meeting: Meeting, chosen: list[str]) -> list[tuple[str, str]]:
    """The sides' languages first, then those of the United Nations, then what is set already."""
    sides = [party.language for party in meeting.sides()]
    codes = dict.fromkeys([*sides, "en", "ru", "fr", "es", "ar", "zh", *chosen])
    return [(code, language_name(code).capitalize()) for code in codes]


class SittingRowForm(PortalModelForm):
    """One row of the programme while a meeting is being scheduled."""

    include = forms.BooleanField(label=_("Include"), required=False, initial=True)
    minutes = LengthField()
    outside = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Sitting
        fields = ["kind", "area", "day", "wall", "minutes", "room"]
        widgets = {
            "kind": forms.HiddenInput,
            "area": forms.HiddenInput,
            "day": DayInput,
            "wall": TimeInput,
        }

    def __init__(self, *args, meeting, zone: str, mode: str, areas, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.meeting = meeting  # none while its days cannot be read
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

    def _post_clean(self):
        super()._post_clean()
        asked_outside(self, self.meeting)


class ProgrammeFormSet(forms.BaseFormSet):
    """The rows of a programme, which must not take one room twice among themselves either."""

    def get_form_kwargs(self, index):
        # A row is left out by its own box alone, never because it is as it was proposed.
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def clean(self):
        rows = [row for row in self.forms if row.is_included and not row.errors]
        for index, row in enumerate(rows):
            sitting = row.instance
            conflict = room_conflict(sitting, row.parties) if sitting.room_id else ""
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
    return bool(one.room_id) and one.room_id == other.room_id and one.runs_beside(other)


ProgrammeRows = forms.formset_factory(
    SittingRowForm, formset=ProgrammeFormSet, extra=0, max_num=60, absolute_max=60
)


def side_zones(parties: list[Party]) -> list:
    """The sides' own zones first, then all others."""
    own = {party.zone: f"{party.place.name} ({party.zone})" for party in parties}
    others = [choice for choice in zone_choices() if choice[0] not in own]
    return [(_("The sides"), list(own.items())), (_("Other zones"), others)]
