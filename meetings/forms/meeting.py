from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.sitting import side_zones
from meetings.hosting import Turn
from meetings.models import Body, Meeting, NoteVerbale, Wording
from meetings.operations import on_another_clock
from portal.clocks import known_zones
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Party

DATES = ("starts_on", "ends_on", "precision")
PLACE = ("mode", "place", "host", "host_reason")


class DayForm(PortalForm):
    """The day of the plenary, from which a programme is proposed."""

    day = forms.DateField(label=_("Day of the plenary session"), widget=DayInput)

    def chosen(self, otherwise: date) -> date:
        return self.cleaned_data["day"] if self.is_valid() else otherwise


class ProposedForForm(PortalForm):
    """The day for which the rows of a programme were proposed, as the page came back."""

    proposed_for = forms.DateField(required=False, widget=forms.HiddenInput)

    def chosen(self, otherwise: date) -> date:
        day = self.cleaned_data.get("proposed_for") if self.is_valid() else None
        return day or otherwise


class DatesForm(PortalModelForm):
    """Days and a place on which sides agree: of a meeting, or of a proposal for one."""

    place = NameField(
        label=_("Place"),
        max_length=200,
        required=False,
        help_text=_("City and building. Empty for a virtual meeting."),
    )
    host_reason = NameField(
        label=_("Why this host and place"),
        max_length=300,
        required=False,
        help_text=_("Needed where the turn is another side’s: a third place, the margins of …"),
    )

    USUAL: tuple[str, ...] = ()
    MORE: tuple[str, ...] = ()

    class Meta:
        fields = (*DATES, *PLACE, "zone")
        widgets = {"starts_on": DayInput, "ends_on": DayInput}
        labels = {"zone": _("Clock in which the times are typed")}
        help_texts = {
            "zone": _("All other clocks are computed from it."),
            "starts_on": _("The sittings move along where they would lie outside the days."),
            "ends_on": _("Empty: it lasts one day."),
        }

    def __init__(self, *args, parties: list[Party], turn: Turn, **kwargs):
        super().__init__(*args, **kwargs)
        self.turn = turn
        self._leave_out_the_unknown()
        for name in self._shown("ends_on"):
            self.fields[name].required = False
        for name in self._shown("host"):
            field = self.fields[name]
            field.queryset = field.queryset.filter(pk__in=[party.pk for party in parties])
            field.empty_label = _("No side: virtual or in a third place")
            field.help_text = turn.words
        for name in self._shown("zone"):
            self.fields[name].widget = forms.Select(choices=side_zones(parties))

    def _read_of_the_clock(self, cleaned: dict, meeting: Meeting) -> None:
        """Say what another clock does to the sittings before it is saved for the first time."""
        zone, before = cleaned.get("zone"), self.instance.zone
        # An unknown one is refused at its own field; there is no time to reckon.
        if zone not in known_zones() or zone in {before, cleaned.get("clock")}:
            return
        changes = on_another_clock(meeting, zone, before=before)
        if changes:
            self.data = {**dict(self.data.items()), "clock": zone}
            names = {"zone": zone, "before": before, "sitting": changes[0]}
            self.add_error(
                "zone",
                gettext(
                    "The clock would be %(zone)s instead of %(before)s. The wall times of the "
                    "sittings stay, so they begin at another moment. %(sitting)s. "
                    "Save once more if that is meant."
                )
                % names,
            )

    def _leave_out_the_unknown(self) -> None:
        """What is put to others has days and a mode; only a record can leave them open."""
        for name in self._shown("precision", "mode"):
            field = self.fields[name]
            field.choices = [choice for choice in field.choices if choice[0] != "unknown"]
        if self.instance.precision == Meeting.Precision.UNKNOWN:
            self.initial.update(starts_on=None, ends_on=None, precision=Meeting.Precision.DAY)

    def _shown(self, *names: str) -> list[str]:
        return [name for name in names if name in self.fields]

    def clean(self):
        cleaned = super().clean()
        if "starts_on" in self.fields:
            self._whole_periods(cleaned)
            self._end_after_beginning(cleaned)
            self._somewhere(cleaned)
            self._reason_for_host(cleaned)
        return cleaned

    def _whole_periods(self, cleaned: dict) -> None:
        """A month or a year is meant from its first to its last day, whatever day was typed."""
        first, precision = cleaned.get("starts_on"), cleaned.get("precision")
        if not first:
            return
        if precision == Meeting.Precision.MONTH:
            first = first.replace(day=1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        elif precision == Meeting.Precision.YEAR:
            first, last = first.replace(month=1, day=1), first.replace(month=12, day=31)
        elif "ends_on" in self.errors:
            return
        else:
            last = cleaned.get("ends_on") or first
        cleaned.update(starts_on=first, ends_on=last)

    def _end_after_beginning(self, cleaned: dict) -> None:
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first day."))

    def _somewhere(self, cleaned: dict) -> None:
        exact = cleaned.get("precision") == Meeting.Precision.DAY
        comes = cleaned.get("mode") in {"in_person", "hybrid"}
        if exact and comes and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("Name the place where people come to, or choose virtual."))

    def _reason_for_host(self, cleaned: dict) -> None:
        if cleaned.get("host_reason") or {"host", "mode", "place"} & set(self.errors):
            return
        facts = {name: cleaned.get(name) for name in ("host", "place", "mode")}
        if self.turn.departs(**facts):
            self.add_error(
                "host_reason",
                gettext("%(turn)s Write why it is different this time.")
                % {"turn": self.turn.words},
            )

    @property
    def usual(self) -> list[forms.BoundField]:
        """The fields that always matter."""
        return [self[name] for name in self.USUAL if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that can mostly stay as they are."""
        return [self[name] for name in self.MORE if name in self.fields]

    @property
    def more_is_wrong(self) -> bool:
        """Whether one of the folded fields has an error, so that they are shown open."""
        return any(name in self.errors for name in self.MORE)


class MeetingForm(DatesForm):
    """A meeting that is being scheduled: its number, days, mode, place and host."""

    title = NameField(
        label=_("Title"),
        max_length=300,
        required=False,
        help_text=_("Only if the meeting has one besides its number."),
    )
    constrained = ("body", "series")

    USUAL = ("series", "number", "starts_on", "ends_on", "mode", "place", "host", "host_reason")
    MORE = ("precision", "zone", "title", "about")

    class Meta(DatesForm.Meta):
        model = Meeting
        fields = ["series", "number", "title", *DatesForm.Meta.fields, "about"]
        widgets = {**DatesForm.Meta.widgets, "about": forms.Textarea({"rows": 3})}
        help_texts = {
            **DatesForm.Meta.help_texts,
            "number": _(
                "Proposed: the next one of this body. Numbers need not be contiguous; only "
                "ordinary and extraordinary meetings have one."
            ),
        }

    def clean(self):
        cleaned = super().clean()
        series = cleaned.get("series")
        if series in Meeting.NUMBERED:
            self._has_number(cleaned)
        elif series:
            cleaned["number"] = None
        if series == Meeting.Series.NATIONAL and self.instance.side is None:
            self.add_error("series", _("A meeting of one side’s own part is entered by that side."))
        return cleaned

    def clean_about(self) -> str:
        """Browsers send other line ends than are stored: that alone changes nothing."""
        text, stored = self.cleaned_data["about"], self.instance.about
        return stored if text.splitlines() == stored.splitlines() else "\n".join(text.splitlines())

    def _has_number(self, cleaned: dict) -> None:
        if cleaned.get("number") is None and "number" not in self.errors:
            self.add_error("number", _("Ordinary and extraordinary meetings have a number."))


class MeetingChangeForm(MeetingForm):
    """The same for a meeting that stands, with the version that was read.

    Dates, mode, place and host are changed here while it is an idea; what others were asked
    about is changed by a proposal. Once it is announced its number stands, and title and
    description become a proposal that answers the one `asked` about, if there is one.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    asked = forms.IntegerField(widget=forms.HiddenInput, required=False)
    clock = forms.CharField(widget=forms.HiddenInput, required=False)
    remark = forms.CharField(
        label=_("Remark to the other sides"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )

    READ = ("revision", "version", "asked", "remark")
    SHOWN = ("clock",)

    def __init__(self, *args, asked: Wording | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.for_all = not self.instance.is_prepared
        for name in self._settled():
            del self.fields[name]
        if self.for_all and "number" in self.fields:
            self._number_stands()
        self.initial["revision"] = self.instance.revision
        self.initial["version"] = self.instance.version
        self.initial["asked"] = asked.pk if asked else None

    def _settled(self) -> list[str]:
        """What is changed elsewhere, or does not exist for this meeting."""
        if self.instance.is_idea:
            return ["remark"]
        settled = [*DATES, *PLACE, "zone", "series"]
        if self.instance.series not in Meeting.NUMBERED:
            settled.append("number")
        return settled if self.for_all else [*settled, "remark"]

    def _number_stands(self) -> None:
        self.fields["number"].help_text = _(
            "It stands once the meeting is announced. Postpone the meeting to change it."
        )
        if not self.is_bound:
            self.fields["number"].widget.attrs["readonly"] = True

    def clean(self):
        cleaned = super().clean()
        if "number" in self.fields and "series" not in self.fields:
            self._has_number(cleaned)
        self._read_of_the_clock(cleaned, self.instance)
        return cleaned

    @property
    def changes(self) -> dict:
        """The values by field, without what was read."""
        known = {*self.READ, *self.SHOWN}
        return {name: value for name, value in self.cleaned_data.items() if name not in known}

    @property
    def read(self) -> dict:
        """What was read before it was changed, and what is said to the other sides with it."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.READ}

    def compared_with(
        self, stored: Meeting, **kwargs: Any
    ) -> tuple["MeetingChangeForm", list[tuple[str, Any]]]:
        """What was typed, on top of a newer version; and (label, stored value) where they differ.

        Saving the new form means: I have read what is stored and want mine.
        """
        asked = kwargs.get("asked")
        read = {"revision": stored.revision, "version": stored.version}
        data = {**self.data.dict(), **read, "asked": asked.pk if asked else ""}
        form = MeetingChangeForm(data, instance=stored, **kwargs)
        return form, differences(form, stored)


def differences(form: forms.ModelForm, stored: Any) -> list[tuple[str, Any]]:
    """(label, stored value) of the fields in which what was typed is another."""
    changed = [name for name in form.changed_data if hasattr(stored, name)]
    visible = [name for name in changed if not form.fields[name].widget.is_hidden]
    return [(form.fields[name].label, _shown(stored, name)) for name in visible]


def _shown(stored: Any, name: str) -> Any:
    display = getattr(stored, f"get_{name}_display", None)
    return display() if display else getattr(stored, name)


class RemarkForm(PortalForm):
    """What goes with the first proposal: a remark, and the note verbale it came by."""

    remark = forms.CharField(
        label=_("Remark to the other sides"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )
    note = forms.ModelChoiceField(
        label=_("Note verbale"),
        queryset=NoteVerbale.objects.none(),
        required=False,
        empty_label=_("None"),
    )

    def __init__(self, *args, body: Body, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].queryset = NoteVerbale.objects.visible_to(user).filter(body=body)


class ServeForm(PortalForm):
    """A further body that a meeting serves, with its number there."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=Body.objects.none())
    series = forms.ChoiceField(
        label=_("Series"),
        choices=[(one.value, one.label) for one in Meeting.Series if one in Meeting.NUMBERED],
    )
    number = forms.IntegerField(
        label=_("Number there"),
        min_value=1,
        max_value=32767,
        help_text=_("The number that the meeting has in that body."),
    )

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies


def notes_for(meeting: Meeting, user) -> Any:
    """The notes verbales that may be named with a proposal, as far as the user knows them."""
    return NoteVerbale.objects.visible_to(user).filter(body__in=meeting.bodies)
