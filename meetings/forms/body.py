from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.body_change import places_for
from meetings.forms.name import NamesMixin, name_label
from meetings.models import Body, BodyParty
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Organisation, Party

FACTS = ["kind", "name", "founding_instrument", "founded_words", "founded_on", "numerals"]
LABELS = {
    "kind": _("Kind"),
    "name": _("Name"),
    "founding_instrument": _("Founding instrument"),
    "founded_words": _("Founded, in words"),
    "founded_on": _("Date of the founding instrument"),
    "numerals": _("How its meetings are numbered"),
    "parent": _("Stands beneath"),
    "code": _("Code"),
}


class BodyForm(NamesMixin, PortalModelForm):
    """What all sides call and know of a body."""

    name = NameField(label=_("Name"), max_length=300)
    renamed_on = forms.DateField(
        label=_("The name holds since"),
        required=False,
        widget=DayInput,
        help_text=_(
            "For a new name: its first day. The old name is kept for the time before. "
            "Empty: the present name is corrected."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Body
        fields = [*FACTS, "parent"]
        labels = LABELS
        widgets = {"founding_instrument": forms.Textarea(attrs={"rows": 3}), "founded_on": DayInput}
        help_texts = {"parent": _("A body that moves takes all bodies beneath it along.")}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        body = self.instance
        self.initial["revision"] = body.revision
        self.stored_parent = body.parent
        self.add_names(body.names, body.sides(), label=name_label(), after="name")
        self._offer_parents(body, user)
        named = [name for name in self.fields if name.startswith("name")]
        self.order_fields(["kind", *named, "renamed_on"])

    def _offer_parents(self, body: Body, user) -> None:
        """Within its own commission alone: a move to another would open it to others.

        What has met moves by every side's key, and where the body above is unknown to the user
        nothing is said of it.
        """
        if body.parent is None or body.has_met:
            del self.fields["parent"]
            return
        places = places_for(body, user)
        if body.parent not in places:
            del self.fields["parent"]
            return
        self.fields["parent"].queryset = places
        self.fields["parent"].required = True
        self.fields["parent"].empty_label = None

    def clean_parent(self) -> Body:
        parent = self.cleaned_data["parent"]
        if self.instance.pk in parent.lineage:
            raise ValidationError(
                gettext("%(parent)s is this body or stands beneath it. Choose a body above it.")
                % {"parent": parent.label}
            )
        return parent

    @property
    def changes(self) -> dict[str, Any]:
        """What the body is to be, by field."""
        plain = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        return {**plain, "names": self.names}

    def compared_with(self, stored: Body) -> tuple["BodyForm", list[tuple[str, Any]]]:
        """What was typed, on top of a newer revision; and (label, stored value) where they differ.

        Saving the new form means: I have read what is stored and want mine.
        """
        data = self.data.copy()
        data["revision"] = stored.revision
        form = BodyForm(data, instance=stored, user=self.user)
        differences = [
            (form.fields[name].label, form.stored_words(name))
            for name in form.changed_data
            if name not in ("revision", "renamed_on")
        ]
        return form, differences

    def stored_words(self, name: str) -> Any:
        """What stands in a field, as its reader knows it."""
        if name == "parent":
            return self.stored_parent
        field = self.fields[name]
        value = self.get_initial_for_field(field, name)
        return dict(getattr(field, "choices", [])).get(value, value)


class NewBodyForm(NamesMixin, PortalModelForm):
    """A new body beneath another."""

    name = NameField(label=_("Name"), max_length=300)
    parties = forms.ModelMultipleChoiceField(
        label=_("Sides"),
        queryset=Party.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the sides that sit in it.")},
    )
    has_met = forms.BooleanField(
        label=_("It has met already"),
        required=False,
        help_text=_("Otherwise it counts as never convened until its first meeting."),
    )

    class Meta:
        model = Body
        fields = [*FACTS, "code", "is_public"]
        labels = {**LABELS, "is_public": _("Known to the public")}
        widgets = {"founding_instrument": forms.Textarea(attrs={"rows": 3}), "founded_on": DayInput}
        help_texts = {
            "code": _("Short, in Latin letters: the numbers of its action items begin with it."),
        }

    def __init__(self, *args, parent: Body, **kwargs):
        super().__init__(*args, **kwargs)
        self.parent = parent
        parties = parent.sides()
        self.fields["parties"].queryset = Party.objects.filter(pk__in=[one.pk for one in parties])
        self.fields["parties"].initial = parties
        self.fields["is_public"].initial = parent.is_public
        self.fields["kind"].initial = Body.Kind.WORKING_GROUP
        self.fields["code"].required = False
        self.add_names({}, parties, label=name_label(), after="name")
        named = [name for name in self.fields if name.startswith("name")]
        self.order_fields(["kind", *named, "parties"])

    def clean_code(self) -> str:
        """The code as typed, or the next free one after the parent's."""
        if self.cleaned_data["code"]:
            return self.cleaned_data["code"]
        stem = f"{self.parent.code}-{slugify(self.cleaned_data.get('kind') or 'body')[:2]}"[:34]
        used = set(Body.objects.filter(code__startswith=stem).values_list("code", flat=True))
        number = next(one for one in range(1, len(used) + 2) if f"{stem}-{one}" not in used)
        return f"{stem}-{number}"

    def clean(self):
        data = super().clean()
        if data.get("is_public") and not self.parent.is_public:
            self.add_error(
                "is_public",
                gettext("The body above is not known to the public, so this one cannot be."),
            )
        return data

    @property
    def body(self) -> Body:
        """The body as typed, not stored yet."""
        body = self.save(commit=False)
        body.parent, body.names = self.parent, self.names
        if not self.cleaned_data["has_met"]:
            return _not_yet_convened(body)
        return body

    @property
    def sides(self) -> list[Party]:
        """The chosen sides in the order of the body above."""
        chosen = {party.pk for party in self.cleaned_data["parties"]}
        return [party for party in self.parent.sides() if party.pk in chosen]


def _not_yet_convened(body: Body) -> Body:
    facts = {field.attname: getattr(body, field.attname) for field in Body._meta.concrete_fields}
    return Body(**{**facts, "status": Body.Status.NEVER_CONVENED})


class OrganisationField(NameField):
    """An organisation of one side, chosen from those known or typed anew."""

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("Choose one or type a new one."))
        super().__init__(max_length=250, required=False, **kwargs)


def offer_organisations(form, name: str, party: Party | None) -> None:
    """Let a field know the side's organisations; the page draws them as `known`."""
    form.known = list(Organisation.objects.filter(party=party))
    form.list_id = f"{form.prefix or 'own'}-organisations"
    form.fields[name].widget.attrs.update(list=form.list_id, autocomplete="off")


def chosen_organisation(form, name: str, party: Party | None) -> Organisation | None:
    """The organisation that was typed: a known one, a new one not stored yet, or none."""
    typed = form.cleaned_data[name]
    for one in form.known:
        if typed in (str(one), one.name):
            return one
    return Organisation(party=party, name=typed) if typed else None


class SeatForm(NamesMixin, PortalForm):
    """What one side calls the body, and its lead ministry."""

    lead = OrganisationField(label=_("Lead ministry"))

    def __init__(self, *args, seat: BodyParty, **kwargs):
        super().__init__(*args, **kwargs)
        self.seat = seat
        self.fields["lead"].initial = str(seat.lead) if seat.lead else ""
        offer_organisations(self, "lead", seat.party)
        self.fields["name_en"] = NameField(
            label=_("What this side calls the body, in English"),
            required=False,
            max_length=300,
            initial=seat.names.get("en", ""),
            help_text=_("Only where it is another name than the common one."),
        )
        self.add_names(
            {code: name for code, name in seat.names.items() if code != "en"},
            [seat.party],
            label=gettext("What this side calls the body, in %(language)s"),
            after="name_en",
        )
        self.order_fields([name for name in self.fields if name != "lead"])

    @property
    def changes(self) -> dict[str, Any]:
        """What the seat is to say, by field."""
        english = self.cleaned_data["name_en"]
        names = {"en": english, **self.names} if english else self.names
        return {"names": names, "lead": chosen_organisation(self, "lead", self.seat.party)}
