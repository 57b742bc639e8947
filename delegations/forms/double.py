"""Which of two records stays, and which of two registrations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from portal.forms import PortalForm
from portal.models import Person


class MergeForm(PortalForm):
    """The name that stays, and one registration for each meeting that has two."""

    kept = forms.ChoiceField(
        label=_("The record that stays"),
        help_text=_("The other spelling is kept beside it and found by search."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which record stays.")},
    )

    def __init__(self, *args, people: list[Person], clashes: list[list[Delegate]], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["kept"].choices = [(str(one.pk), _described(one)) for one in people]
        for both in clashes:
            meeting = both[0].delegation.meeting
            self.fields[f"stays-{meeting.pk}"] = forms.ChoiceField(
                label=_("The registration that stays: %(meeting)s")
                % {"meeting": meeting.full_label},
                choices=[(str(one.pk), _line(one)) for one in both],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose which registration stays.")},
            )

    @property
    def kept_and_gone(self) -> tuple[Person, Person]:
        one, other = self.people
        return (one, other) if self.cleaned_data["kept"] == str(one.pk) else (other, one)

    @property
    def stays(self) -> set[int]:
        """The registrations that stay."""
        return {int(value) for name, value in self.cleaned_data.items() if name != "kept"}


def _described(person: Person) -> str:
    return " · ".join(filter(None, (person.full_name, person.latin_name, person.email)))


def _line(one: Delegate) -> str:
    words = (one.full_name, one.organisation, one.party.label, str(one.get_status_display()))
    return " · ".join(words)
