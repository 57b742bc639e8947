"""What is told at a door."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from delegations.models import CheckIn, Delegate, Delegation
from delegations.models.desk import as_code
from delegations.operations import Mark
from portal.forms import NameField, PortalForm

MOST = 200  # marks that a phone tells at once; it tells the rest after that
WAYS = {*CheckIn.Way.values, "undo"}


def as_reference(typed: str) -> str:
    """A reference as it is typed, read aloud or scanned (then an address ends with it)."""
    code = as_code(typed.strip().rstrip("/").rsplit("/", 1)[-1]).replace("-", "").replace(" ", "")
    return f"{code[:4]}-{code[4:]}"[:12] if len(code) == 8 else code[:12]


class MarkForm(forms.Form):
    """One mark, told by a button."""

    reference = forms.CharField(max_length=300, required=False)
    way = forms.ChoiceField(choices=[(way, way) for way in sorted(WAYS)])
    uid = forms.UUIDField(required=False)

    @property
    def mark(self) -> Mark:
        given = self.cleaned_data
        reference, uid = as_reference(given["reference"]), given["uid"] or uuid.uuid4()
        return Mark(reference, given["way"], uid, timezone.now())


def marks_of(told: Any) -> list[Mark] | None:
    """The marks that a phone tells, oldest first; None when it is no list of marks."""
    rows = told.get("marks") if isinstance(told, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST:
        return None
    try:
        return [_mark(row) for row in rows]
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _mark(row: dict[str, Any]) -> Mark:
    reference, way = str(row["reference"]), row["way"]
    if way not in WAYS or len(reference) > 300 or "\0" in reference:
        raise ValueError(way)
    return Mark(as_reference(reference), way, uuid.UUID(row["uid"]), _moment(row["at"]))


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or timezone.is_naive(moment):
        raise ValueError(text)
    return moment


class NewcomerForm(PortalForm):
    """Somebody who stands at the door without a registration."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As the person writes it, in their own script."),
        max_length=250,
    )
    latin_name = NameField(
        label=gettext_lazy("Name in Latin letters"), max_length=250, required=False
    )
    delegation = forms.ModelChoiceField(
        label=gettext_lazy("Side"), queryset=Delegation.objects.none(), empty_label=None
    )
    organisation = NameField(label=gettext_lazy("Organisation"), max_length=250)
    function = NameField(label=gettext_lazy("Function"), max_length=200, required=False)
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), choices=Delegate.Sector.choices)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("The confirmation goes there."),
        max_length=254,
    )

    def __init__(self, *args, delegations: Sequence[Delegation], **kwargs):
        super().__init__(*args, **kwargs)
        self.delegations = {one.pk: one for one in delegations}
        field = self.fields["delegation"]
        field.queryset = Delegation.objects.filter(pk__in=self.delegations)
        field.choices = [(one.pk, one.party.label) for one in delegations]

    @property
    def delegate(self) -> Delegate:
        """The registration, not stored yet."""
        given = self.cleaned_data
        delegation = self.delegations[given["delegation"].pk]
        return Delegate(
            **{name: given[name] for name in given if name != "delegation"},
            delegation=delegation,
            attendance=Delegate.Attendance.IN_PERSON,
            language=delegation.party.language,
            zone=delegation.party.zone,
        )
