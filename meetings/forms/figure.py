from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.name import NamesMixin, name_label
from meetings.models import Figure
from portal.forms import NameField, PortalModelForm
from portal.models import Party


class FigureForm(NamesMixin, PortalModelForm):
    """A figure with what makes it checkable: unit, period and source."""

    name = NameField(
        label=_("What is counted"),
        max_length=300,
        help_text=_("For example: exports to Malaysia."),
    )
    unit = NameField(label=_("Unit"), max_length=60, help_text=_("For example: million USD."))
    period = NameField(label=_("Period"), max_length=60, help_text=_("For example: Q1 2026."))
    source = NameField(label=_("Source"), max_length=300, required=False)
    constrained = ("body",)

    class Meta:
        model = Figure
        fields = ["name", "value", "unit", "period", "change", "source", "party", "order"]
        labels = {
            "value": _("Value"),
            "change": _("Change on the same period a year before, in per cent"),
            "party": _("Whose statistics"),
            "order": _("Place in the list"),
        }

    def __init__(self, *args, sides: Iterable[Party], **kwargs):
        super().__init__(*args, **kwargs)
        figure = self.instance
        offer_sides(self, sides)
        if figure.pk is None:
            del self.fields["order"]  # at the end of the list
        self.add_names(figure.names, figure.body.sides(), label=name_label(), after="name")

    @property
    def changes(self) -> dict[str, Any]:
        """What the figure is to say, by field."""
        plain = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        return {**plain, "names": self.names}

    @property
    def figure(self) -> Figure:
        """The figure as typed, not stored yet."""
        figure = self.save(commit=False)
        figure.names = self.names
        return figure


def offer_sides(form: forms.ModelForm, sides: Iterable[Party]) -> None:
    """Whose it can be said to be: of the sides one speaks for, or of none alone."""
    field = form.fields["party"]
    field.queryset = Party.objects.filter(pk__in=[party.pk for party in sides])
    field.empty_label = _("All sides together, or none of them")
