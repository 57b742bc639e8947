from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from meetings.agenda import Point
from meetings.models import AgendaItem, AgendaNote, AgendaSpeaker
from meetings.permissions import proposing_sides
from portal.forms import NameField, PortalForm, PortalModelForm
from portal.models import Party

LONGEST = 24 * 60  # minutes that one point may take


class PartyChoiceField(forms.ModelChoiceField):
    """A side, in the language being spoken."""

    def label_from_instance(self, party: Party) -> str:
        return party.label


class PointForm(PortalModelForm):
    """A point of an agenda, with its title in the languages of the sides."""

    title = NameField(
        label=_("Title"),
        max_length=400,
        error_messages={"required": _("Write the title of the point.")},
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text=_("Empty where nobody knows yet. The running total is reckoned from them."),
    )
    proposer = PartyChoiceField(
        label=_("Proposed by"),
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("All sides together"),
    )

    class Meta:
        model = AgendaItem
        fields = ["title", "text", "proposer", "area", "outcome", "minutes", "is_open"]
        labels = {
            "text": _("Explanation"),
            "is_open": _("Open to all registered participants"),
            "outcome": _("Expected outcome"),
        }
        help_texts = {
            "text": _("What stands behind the point and what is expected of the meeting."),
            "is_open": _("Of a closed point, others read the number alone."),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        meeting = self.instance.agenda.meeting
        self.fields["area"].queryset = meeting.body.areas.current()
        self.fields["area"].empty_label = _("None of the areas")
        self.fields["proposer"].queryset = self._proposers(meeting)
        self.languages = self._languages(meeting)
        for code in self.languages:
            self.fields[f"title_{code}"] = NameField(
                label=gettext("Title in %(language)s")
                % {"language": get_language_info(code)["name_translated"]},
                required=False,
                max_length=400,
                initial=self.instance.titles.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )
        self.order_fields(["place", "title", *(f"title_{code}" for code in self.languages)])

    def _proposers(self, meeting):
        """Nobody proposes for another side; what another side proposed stays as it is."""
        known = {party.pk for party in meeting.sides()}
        own = proposing_sides(self.user, meeting) & known
        return Party.objects.filter(pk__in=own | {self.instance.proposer_id} - {None})

    def _languages(self, meeting) -> list[str]:
        """The languages of the sides and those it is written in, beside the first one."""
        used = {party.language for party in meeting.sides()} | set(self.instance.titles)
        return [code for code, _name in settings.LANGUAGES if code in used and code != "en"]

    def clean(self):
        data = super().clean()
        typed = {code: data.get(f"title_{code}", "") for code in self.languages}
        self.cleaned_titles = {code: text for code, text in typed.items() if text}
        return data

    def _post_clean(self):
        super()._post_clean()
        self.instance.titles = self.cleaned_titles


class NewPointForm(PointForm):
    """The same for a point that is to be added: knows where it is to stand."""

    place = forms.ChoiceField(label=_("Where it stands"), required=False)

    def __init__(self, *args, points: Iterable[Point], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = list(_places(points))

    @property
    def to(self) -> str:
        """The chosen place, at the end unless one was chosen."""
        return self.cleaned_data["place"] or "end"


def _places(points: Iterable[Point]) -> Iterable[tuple[str, Any]]:
    yield "end", _("At the end")
    rows = [(point.item.pk, _row(point), point.depth) for point in points if point.item]
    if rows:
        beneath = [row for row in rows if row[2] < AgendaItem.DEPTH]
        yield _("After a point"), [(f"after:{number}", row) for number, row, _depth in rows]
        yield _("Beneath a point"), [(f"in:{number}", row) for number, row, _depth in beneath]


def _row(point: Point) -> str:
    return f"{point.number} {point.item}"


class LatePointForm(NewPointForm):
    """A late addition: one side proposes it and explains why."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].label = _("Why it is added now")
        self.fields["text"].help_text = _("The other sides read it before they give their key.")
        self.fields["text"].error_messages["required"] = _(
            "Explain to the other sides why the point is added now."
        )
        sides = list(self.fields["proposer"].queryset)
        self.fields["proposer"].required = True
        self.fields["proposer"].empty_label = None
        self.fields["proposer"].initial = sides[0] if sides else None


class ChangePointForm(PointForm):
    """The same for a point that stands already: knows which revision was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision

    @property
    def changes(self) -> dict[str, Any]:
        """What the point is to be, by field."""
        plain = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**plain, "titles": self.cleaned_titles}

    def compared_with(self, stored: AgendaItem) -> tuple["ChangePointForm", list[tuple[str, Any]]]:
        """What was typed, on top of a newer revision; and (label, stored value) where they differ.

        Saving the new form means: I have read what is stored and want mine.
        """
        data = self.data.copy()
        data["revision"] = stored.revision
        form = ChangePointForm(data, instance=stored, user=self.user)
        return form, [
            (form.fields[name].label, _stored_value(form, name)) for name in form.changed_data
        ]


def _stored_value(form: ChangePointForm, name: str) -> Any:
    if name == "outcome":
        return form.instance.get_outcome_display()
    if name == "is_open":
        return gettext("yes") if form.instance.is_open else gettext("no")
    if isinstance(form.fields[name], forms.ModelChoiceField):
        return getattr(form.instance, name)
    return form.get_initial_for_field(form.fields[name], name)


class SpeakerForm(PortalForm):
    """One who is to speak to a point."""

    name = NameField(label=_("Speaker"), max_length=250, required=False)
    party = PartyChoiceField(
        label=_("Side"),
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("None of the sides"),
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=LONGEST)

    def __init__(self, *args, parties: Iterable[Party], **kwargs):
        super().__init__(*args, **kwargs)
        parties = [party.pk for party in parties]
        self.fields["party"].queryset = Party.objects.filter(pk__in=parties)

    def clean(self):
        data = super().clean()
        if not data.get("name") and (data.get("minutes") or data.get("party")):
            self.add_error("name", _("Name the speaker."))
        return data


class SpeakerRows(forms.BaseFormSet):
    """The speakers to a point in their order; a line whose name is emptied is dropped."""

    @property
    def speakers(self) -> list[AgendaSpeaker]:
        """Those that are named, not stored yet."""
        return [AgendaSpeaker(**row) for row in self.cleaned_data if row.get("name")]


Speakers = forms.formset_factory(
    SpeakerForm, formset=SpeakerRows, extra=2, max_num=50, absolute_max=60, validate_max=True
)


def speaker_rows(data, item: AgendaItem) -> SpeakerRows:
    """The rows of a point's speakers, stored or as posted, with two empty ones."""
    stored = item.speakers.select_related("person") if item.pk else []
    return Speakers(
        data,
        prefix="speakers",
        initial=[
            {"name": str(one), "party": one.party_id, "minutes": one.minutes} for one in stored
        ],
        form_kwargs={"parties": item.agenda.meeting.sides()},
    )


class NoteForm(PortalForm):
    """What a side notes on a point for itself."""

    text = forms.CharField(
        label=_("Own note"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Empty it to drop the note."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, note: AgendaNote | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["text"] = note.text if note else ""
        self.initial["revision"] = note.revision if note else 0


class MoveForm(PortalForm):
    """Where a point is moved to, and which revision of the agenda was read."""

    to = forms.RegexField(r"^(up|down|in|out|(before|after|in):[0-9]{1,18})$")
    revision = forms.IntegerField()
