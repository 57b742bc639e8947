"""What is put to the sides: for which side, why, and what is to change."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Area, Body, BodyChange
from meetings.permissions import can_decide_for_all, sides_spoken_for
from portal.forms import DayInput, PortalForm, PortalModelForm
from portal.models import Party

REASON = {
    "label": _("Reason"),
    "widget": forms.Textarea(attrs={"rows": 3}),
    "help_text": _("With the number of the note verbale, where there is one."),
    "error_messages": {"required": _("Write a reason: every side will read it.")},
}


class ProposerMixin:
    """Asks for which side something is put to the others, where the user speaks for several."""

    def ask_for_side(self, body: Body, user) -> None:
        sides = sides_spoken_for(user, body)
        self.for_all = can_decide_for_all(user, body)
        self.own = None if self.for_all or not sides else sides[0]
        if not self.for_all and len(sides) > 1:
            self.fields["proposed_by"] = forms.ModelChoiceField(
                label=_("For which side"),
                queryset=Party.objects.filter(pk__in=[party.pk for party in sides]),
                empty_label=None,
            )

    @property
    def proposer(self) -> Party | None:
        """The side that proposes; nobody where it is the neutral secretariat."""
        return self.cleaned_data.get("proposed_by", self.own)


class ProposalForm(ProposerMixin, PortalForm):
    """Why an area, the rules or the order is to change, beside the form that says how."""

    reason = forms.CharField(max_length=2000, **REASON)

    def __init__(self, *args, body: Body, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask_for_side(body, user)


class OrderForm(PortalForm):
    """The areas in use, each with the number it is to bear."""

    def __init__(self, *args, body: Body, **kwargs):
        super().__init__(*args, **kwargs)
        self.areas = {f"area_{area.pk}": area for area in body.areas.current()}
        for name, area in self.areas.items():
            self.fields[name] = forms.IntegerField(
                label=str(area),
                initial=area.number,
                min_value=1,
                max_value=len(self.areas),
            )

    def clean(self):
        data = super().clean()
        borne: dict[int, Area] = {}
        for name, area in self.areas.items():
            number = data.get(name)
            if number in borne:
                raise ValidationError(
                    gettext("“%(one)s” and “%(other)s” bear the number %(number)s. Change one.")
                    % {"one": borne[number], "other": area, "number": number}
                )
            if number:
                borne[number] = area
        return data

    @property
    def order(self) -> list[Area]:
        """The areas in the order typed."""
        return [self.areas[name] for name in sorted(self.areas, key=self.cleaned_data.get)]


class BodyChangeForm(ProposerMixin, PortalModelForm):
    """A change of a body's standing, seats, publicity or place."""

    constrained = ("body", "status")
    reason = forms.CharField(**REASON)

    class Meta:
        model = BodyChange
        fields = ["kind", "party", "day", "place", "reason"]
        labels = {
            "kind": _("What is to change"),
            "party": _("Which party"),
            "day": _("From or until which day"),
            "place": _("Beneath which body"),
        }
        widgets = {"day": DayInput}
        help_texts = {
            "party": _("Only where a party takes or gives up a seat, or is to stand first."),
            "day": _("The first day of a new seat, or the last day of one given up."),
            "place": _("Only where the body is to stand elsewhere in the commission."),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        body = self.instance.body
        self.fields["kind"].choices = [
            (kind, label) for kind, label in BodyChange.Kind.choices if _makes_sense(body, kind)
        ]
        if _moves_by_keys(body):
            self.fields["place"].queryset = places_for(body, user)
        else:
            del self.fields["place"]
        self.ask_for_side(body, user)

    def clean(self):
        data = super().clean()
        kind = data.get("kind")
        self._ask(data, "party", kind in BodyChange.OF_A_PARTY, _("Say which party is meant."))
        self._ask(data, "day", kind in BodyChange.SEATS, _("Say on which day."))
        moves = data.get("kind") == BodyChange.Kind.MOVE
        self._ask(data, "place", moves, _("Say beneath which body it is to stand."))
        return data

    def _ask(self, data: dict, name: str, needed: bool, sentence) -> None:
        """A field that some changes need and others do not know."""
        if not needed:
            data[name] = None
        elif not data.get(name) and name not in self.errors:
            self.add_error(name, sentence)


def places_for(body: Body, user):
    """The bodies of its own commission that the user may know of."""
    top = body.above[0]
    tree = Body.objects.filter(above__contains=[top]) | Body.objects.filter(pk=top)
    return tree & Body.objects.visible_to(user)


def _moves_by_keys(body: Body) -> bool:
    return bool(body.parent_id) and body.has_met


def _makes_sense(body: Body, kind: str) -> bool:
    """Whether a change can be chosen at all as the body stands."""
    if kind in BodyChange.AREAS or kind == BodyChange.Kind.RULES:
        return False  # proposed where they stand
    apart = not body.may_meet
    return {
        "suspend": not apart,
        "close": body.status != Body.Status.CLOSED,
        "reopen": apart,
        "publish": not body.is_public,
        "hide": body.is_public,
        "move": _moves_by_keys(body),
    }.get(kind, True)
