from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.forms.body import OrganisationField, chosen_organisation, offer_organisations
from meetings.forms.name import NamesMixin, name_label
from meetings.models import Area
from portal.forms import DayInput, NameField, PortalForm
from portal.models import Organisation, Party


class AreaForm(NamesMixin, PortalForm):
    """The name of an area of cooperation, in every language."""

    name = NameField(
        label=_("Name"),
        max_length=300,
        help_text=_("One area a record; commas are part of its name."),
    )

    def __init__(self, *args, area: Area, **kwargs):
        super().__init__(*args, **kwargs)
        self.area = area
        self.fields["name"].initial = area.name
        self.add_names(area.names, area.body.sides(), label=name_label(), after="name")


class RenameForm(AreaForm):
    """The same for an area that stands: a new name from a day, or a correction."""

    renamed_on = forms.DateField(
        label=_("The name holds since"),
        required=False,
        widget=DayInput,
        help_text=_(
            "For a new name: its first day. The old name is kept for the time before. "
            "Empty: the present name is corrected."
        ),
    )


class MergeForm(PortalForm):
    """Into which area of the same body another one goes."""

    into = forms.ModelChoiceField(
        label=_("Merge into"), queryset=Area.objects.none(), empty_label=_("Choose an area")
    )

    def __init__(self, *args, area: Area, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = area.body.areas.current().exclude(pk=area.pk)


class GiveUpForm(PortalForm):
    """The last day of an area."""

    last_day = forms.DateField(label=_("Last day"), widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate()


class LeadForm(PortalForm):
    """The organisation that leads an area on one side."""

    organisation = OrganisationField(label=_("Lead organisation"))

    def __init__(self, *args, party: Party, lead: Organisation | None, **kwargs):
        super().__init__(*args, prefix=f"side-{party.pk}", **kwargs)
        self.party = party
        self.fields["organisation"].initial = str(lead) if lead else ""
        offer_organisations(self, "organisation", party)

    @property
    def named(self) -> Organisation | None:
        """Known, new and not stored yet, or none."""
        return chosen_organisation(self, "organisation", self.party)
