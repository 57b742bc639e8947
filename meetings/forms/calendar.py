from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.grid import VIEWS
from meetings.models import Area, Body, Sitting
from portal.forms import PortalForm
from portal.models import Party

STAGES = {
    "planned": _("Being prepared"),
    "announced": _("Announced or in session"),
    "held": _("Held"),
    "off": _("Postponed or cancelled"),
}


class CalendarForm(PortalForm):
    """What of the calendar is asked for, as the address says.

    The address is all there is: what makes no sense in it is left out, and the page shows
    what it shows instead.
    """

    view = forms.ChoiceField(required=False, choices=[(view, view) for view in VIEWS])
    day = forms.DateField(required=False)
    clock = forms.SlugField(required=False)
    body = forms.TypedChoiceField(
        label=_("Commission"), required=False, coerce=int, empty_value=None
    )
    side = forms.ChoiceField(label=_("Side"), required=False)
    kind = forms.ChoiceField(label=_("Kind of sitting"), required=False)
    area = forms.TypedChoiceField(
        label=_("Area of cooperation"), required=False, coerce=int, empty_value=None
    )
    status = forms.ChoiceField(label=_("Status"), required=False)

    FILTERS = ("body", "side", "kind", "area", "status")
    EVERY = {
        "body": _("All commissions"),
        "side": _("All sides"),
        "kind": _("All kinds"),
        "area": _("All areas"),
        "status": _("Whatever their status"),
    }

    def __init__(
        self,
        *args,
        bodies: Iterable[tuple[Body, int]],
        parties: Iterable[Party],
        areas: Iterable[tuple[Area, str]],
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self._offer("body", [(body.pk, "– " * depth + body.label) for body, depth in bodies])
        self._offer("side", [(party.code, party.label) for party in parties])
        self._offer("kind", Sitting.Kind.choices)
        self._offer("area", [(area.pk, label) for area, label in areas])
        self._offer("status", STAGES.items())
        self.is_valid()

    def _offer(self, name: str, choices: Iterable[tuple]) -> None:
        self.fields[name].choices = [("", self.EVERY[name]), *choices]

    def chosen(self, name: str):
        """What is asked for, or nothing."""
        return self.cleaned_data.get(name) or None

    @property
    def filters(self) -> dict[str, str]:
        """The filters in force, as they stand in the address."""
        return {name: str(self.chosen(name)) for name in self.FILTERS if self.chosen(name)}

    @property
    def selects(self) -> list[tuple[str, object, list[tuple]]]:
        """(name, label, [(value, label, whether chosen)]), for the page to draw."""
        return [
            (name, self.fields[name].label, self._options(name))
            for name in self.FILTERS
            if len(self.fields[name].choices) > 2 or self.chosen(name)
        ]

    @property
    def chosen_words(self) -> list[str]:
        """What is chosen, in the words of the fields: a print has no fields."""
        return [
            str(words).lstrip("– ")
            for _name, _label, options in self.selects
            for value, words, chosen in options
            if value and chosen
        ]

    def _options(self, name: str) -> list[tuple]:
        chosen = str(self.chosen(name) or "")
        return [(value, label, str(value) == chosen) for value, label in self.fields[name].choices]
