from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from meetings.agenda import Point
from meetings.models import AgendaItem, AgendaNote, AgendaSpeaker, Body
from meetings.permissions import known_at, proposing_sides
from portal.forms import NameField, PortalForm, PortalModelForm
from portal.models import Party, Person

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


class Known:
    """Whom one may choose as a speaker: each under a name that is nobody else's there."""

    def __init__(self, people: Iterable[tuple[Person, int | None]], parties: Iterable[Party]):
        self.parties = {party.pk: party for party in parties}
        found = {person.pk: (person, party) for person, party in people}
        alike = Counter(person.full_name.casefold() for person, _party in found.values())
        self.names: dict[int, str] = {}
        self.found: dict[str, tuple[Person, int | None]] = {}
        for person, party in found.values():
            name = person.full_name
            if alike[name.casefold()] > 1:
                name = self._told_apart(person, party)
            if name.casefold() not in self.found:
                self.names[person.pk] = name
                self.found[name.casefold()] = (person, party)

    def _told_apart(self, person: Person, party: int | None) -> str:
        more = [person.latin_name, self._side(party)]
        return " · ".join([person.full_name, *(one for one in more if one)])

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The names to choose from, each with its side, in the order of the alphabet."""
        rows = [(self.names[person.pk], party) for person, party in self.found.values()]
        return [(name, self._side(party)) for name, party in sorted(rows, key=lambda row: row[0])]

    def _side(self, party: int | None) -> str:
        return self.parties[party].label if party in self.parties else ""

    def named(self, text: str) -> tuple[Person | None, int | None]:
        """The person of that name and the side; nobody for a guest."""
        return self.found.get(text.casefold(), (None, None))


class SpeakerForm(PortalForm):
    """One who is to speak to a point: of those known at the meeting, or a guest by name."""

    name = NameField(
        label=_("Speaker"),
        max_length=250,
        required=False,
        widget=forms.TextInput(
            attrs={
                "list": "known-speakers",
                "autocomplete": "off",
                "aria-describedby": "speakers-known",
            }
        ),
    )
    party = forms.TypedChoiceField(label=_("Side"), required=False, empty_value=None)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=LONGEST)

    def __init__(self, *args, known: Known, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        sides = [(str(party.pk), party.label) for party in known.parties.values()]
        self.fields["party"].choices = [("", _("None of the sides")), *sides]
        self.fields["party"].coerce = lambda value: known.parties[int(value)]

    def clean(self):
        data = super().clean()
        person, side = self.known.named(data.get("name", ""))
        data["person"] = person
        if person and not data.get("party") and "party" not in self.errors:
            data["party"] = self.known.parties.get(side)
        if not data.get("name") and (data.get("minutes") or data.get("party")):
            self.add_error("name", _("Name the speaker."))
        return data


class SpeakerRows(forms.BaseFormSet):
    """The speakers to a point in their order; a line whose name is emptied is dropped."""

    @property
    def speakers(self) -> list[AgendaSpeaker]:
        """Those that are named, not stored yet."""
        named = [row for row in self.cleaned_data if row.get("name")]
        return [
            AgendaSpeaker(**{**row, "name": "" if row["person"] else row["name"]}) for row in named
        ]

    @property
    def known(self) -> list[tuple[str, str]]:
        """Whom one may choose, with the side."""
        return self.form_kwargs["known"].choices


Speakers = forms.formset_factory(
    SpeakerForm, formset=SpeakerRows, extra=2, max_num=50, absolute_max=60, validate_max=True
)


def speaker_rows(data, item: AgendaItem, user) -> SpeakerRows:
    """The rows of a point's speakers, stored or as posted, with two empty ones."""
    stored = list(item.speakers.select_related("person")) if item.pk else []
    meeting = item.agenda.meeting
    there = [(one.person, one.party_id) for one in stored if one.person]
    known = Known([*known_at(user, meeting), *there], meeting.sides(user))
    return Speakers(
        data,
        prefix="speakers",
        initial=[
            {
                "name": one.name or known.names.get(one.person_id, str(one.person)),
                "party": one.party_id,
                "minutes": one.minutes,
            }
            for one in stored
        ],
        form_kwargs={"known": known},
    )


class ReportsField(forms.MultipleChoiceField):
    """Bodies beneath, in the order of the tree, whose reports the agenda is to have."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, bodies: Iterable[Body] = (), **kwargs):
        self.bodies = list(bodies)
        super().__init__(
            choices=[(str(body.pk), body.label) for body in self.bodies],
            label=_("Reports of the bodies beneath"),
            required=False,
            help_text=_("Each body that you choose gets a point for its report."),
            **kwargs,
        )

    def clean(self, value):
        chosen = super().clean(value)
        return [body for body in self.bodies if str(body.pk) in chosen]


class BeginForm(PortalForm):
    """What a new agenda has besides the usual points."""

    def __init__(self, *args, bodies: list[Body], **kwargs):
        super().__init__(*args, **kwargs)
        if bodies:
            self.fields["reports"] = ReportsField(bodies)


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
