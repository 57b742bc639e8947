from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from meetings.agenda import lines, tree
from meetings.forms.agenda import PartyChoiceField
from meetings.models import AgendaItem, Paper
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Party


class PaperFileField(forms.FileField):
    """A file whose name people read again: kept as it was, without what shows as nothing."""

    default_error_messages = {
        "too_large": _(
            "This file has %(size)s, and at most %(most)s can be kept here. "
            "Make it smaller, or give an address where it lies."
        ),
    }

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file and file is not initial:
            most = settings.PORTAL_PAPER_MEGABYTES * 1024 * 1024
            if file.size > most:
                raise ValidationError(
                    self.error_messages["too_large"],
                    code="too_large",
                    params={"size": filesizeformat(file.size), "most": filesizeformat(most)},
                )
            file.name = shown_name(file.name)
        return file


def shown_name(name: str) -> str:
    """A file's name without control and direction marks that would make it read as another."""
    kept = "".join(letter for letter in name if letter.isprintable())
    stem, dot, ending = " ".join(kept.split()).rpartition(".")
    return f"{(stem or 'file')[:200]}{dot}{ending[:50]}" if dot else (ending[:250] or "file")


class PaperForm(PortalModelForm):
    """A paper: what it is, who may read it, its file or its address, the points it belongs to."""

    title = NameField(
        label=_("Title"),
        max_length=400,
        error_messages={"required": _("Write the title of the paper.")},
    )
    access = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may read it.")},
    )
    party = PartyChoiceField(
        label=_("Whose paper"), queryset=Party.objects.none(), empty_label=None
    )
    items = forms.ModelMultipleChoiceField(
        label=_("Points of the agenda"),
        queryset=AgendaItem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    upload = PaperFileField(label=_("File"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    link = forms.URLField(
        label=_("Address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Where it can be read, if it lies elsewhere."),
    )

    class Meta:
        model = Paper
        fields = [
            "access",
            "party",
            "kind",
            "title",
            "reference",
            "dated",
            "language",
            "words",
            "link",
        ]
        labels = {"words": _("In words"), "reference": _("Number")}
        widgets = {"dated": DayInput}

    def __init__(self, *args, sides: list[Party], user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["access"].choices = self._classes(sides)
        self._ask_whose(sides)
        self.fields["upload"].label = self._file_label() % {
            "most": filesizeformat(settings.PORTAL_PAPER_MEGABYTES * 1024 * 1024)
        }
        self.fields["language"].choices = [("", _("not said")), *self._all_languages()]
        points = AgendaItem.objects.visible_to(user).filter(agenda__meeting=self.instance.meeting)
        self.fields["items"].queryset = points.listed() if self.instance.meeting else points.none()
        if self.instance.pk:
            self.initial["items"] = list(self.instance.items.values_list("pk", flat=True))
        self.fields["items"].choices = _numbered(self.fields["items"].queryset)
        if not self.fields["items"].choices:
            del self.fields["items"]
        self.languages = self._title_languages()
        for code in self.languages:
            self.fields[f"title_{code}"] = NameField(
                label=gettext("Title in %(language)s")
                % {"language": get_language_info(code)["name_translated"]},
                required=False,
                max_length=400,
                initial=self.instance.titles.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )
        titles = [f"title_{code}" for code in self.languages]
        order = ["access", "party", "kind", "title", *titles, "upload", "link", "items"]
        self.order_fields(order)

    def _file_label(self) -> str:
        if self.instance.file_name:
            return gettext("Another file in place of the present one (at most %(most)s)")
        return gettext("File (at most %(most)s)")

    def _classes(self, sides: list[Party]) -> list[tuple[str, Any]]:
        """What a side decides alone; the neutral secretariat has no paper of its own."""
        shared = (Paper.Access.SHARED.value, _("Everybody in office, of all sides"))
        if not sides or self.instance.access == Paper.Access.SHARED:
            self.initial["access"] = Paper.Access.SHARED
            return [shared]
        if len(sides) > 1:
            return [(Paper.Access.INTERNAL.value, _("The side whose paper it is alone")), shared]
        words = _("Only %(party)s’s side") % {"party": sides[0].label}
        return [(Paper.Access.INTERNAL.value, words), shared]

    def _ask_whose(self, sides: list[Party]) -> None:
        if self.instance.pk or len(sides) < 2:
            if not self.instance.pk:
                self.instance.party = sides[0] if sides else None
            del self.fields["party"]
        else:
            self.fields["party"].queryset = Party.objects.filter(pk__in=[one.pk for one in sides])

    def _all_languages(self) -> list[tuple[str, Any]]:
        known = list(settings.LANGUAGES)
        if self.instance.language and self.instance.language not in dict(known):
            known.append((self.instance.language, self.instance.language))
        return known

    def _title_languages(self) -> list[str]:
        used = {party.language for party in self.instance.sides()} | set(self.instance.titles)
        return [code for code, _name in settings.LANGUAGES if code in used and code != "en"]

    def clean(self):
        data = super().clean()
        typed = {code: data.get(f"title_{code}", "") for code in self.languages}
        self.cleaned_titles = {code: text for code, text in typed.items() if text}
        has = data.get("upload") or data.get("link") or data.get("words") or self.instance.file
        if not has and "upload" not in self.errors and "link" not in self.errors:
            self.add_error(
                "upload", _("Add the file or its address, or say in words what is still to come.")
            )
        return data

    def _post_clean(self):
        super()._post_clean()
        self.instance.titles = self.cleaned_titles

    @property
    def points(self):
        """The points of the agenda that it belongs to."""
        return self.cleaned_data.get("items", [])


def _numbered(items) -> list[tuple[int, str]]:
    """The points as the agenda has them, each with its number."""
    return [(point.item.pk, f"{point.number} {point.item}") for point in lines(tree(items))]


class ChangePaperForm(PaperForm):
    """The same for a paper that stands already: knows which revision was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision

    @property
    def changes(self) -> dict[str, Any]:
        """What the paper is to be, by field."""
        names = [name for name in self.Meta.fields if name in self.fields]
        plain = {name: self.cleaned_data[name] for name in names}
        return {**plain, "titles": self.cleaned_titles}

    def compared_with(self, stored: Paper, **kwargs) -> tuple["ChangePaperForm", list]:
        """What was typed, on top of a newer revision; and (label, stored value) that differ."""
        data = self.data.copy()
        data["revision"] = stored.revision
        form = ChangePaperForm(data, instance=stored, **kwargs)
        left_out = {"upload", "items"}
        return form, [
            (form.fields[name].label, _stored_value(form, name))
            for name in form.changed_data
            if name not in left_out
        ]


def _stored_value(form: ChangePaperForm, name: str) -> Any:
    if name in {"access", "kind"}:
        return getattr(form.instance, f"get_{name}_display")()
    return form.get_initial_for_field(form.fields[name], name)


class AskForm(PortalForm):
    """Which class all sides are asked for, and which version of the paper was read."""

    wanted = forms.ChoiceField(choices=Paper.Access)
    revision = forms.IntegerField()
