from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.body import OrganisationField, chosen_organisation, offer_organisations
from meetings.forms.item import PersonChoiceField
from meetings.forms.name import NamesMixin
from meetings.models import Appointment
from meetings.permissions import appointable_people
from portal.forms import DayInput, NameField, PortalForm
from portal.models import Person


class HolderForm(NamesMixin, PortalForm):
    """Who holds an office from which day: somebody known, or a person entered here."""

    person = PersonChoiceField(
        label=_("Person"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("Somebody not in the list: enter the name below"),
    )
    full_name = NameField(
        label=_("Full name"),
        max_length=250,
        required=False,
        help_text=_("As the person writes it, in the person's own script."),
    )
    latin_name = NameField(label=_("Name in Latin letters"), max_length=250, required=False)
    honorific = NameField(label=_("Honorific"), max_length=80, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Whoever signs in with this address holds the office."),
    )
    since = forms.DateField(label=_("First day"), widget=DayInput)
    title = NameField(
        label=_("Title"),
        max_length=300,
        required=False,
        help_text=_("As on that day, for instance: Minister of Industry and Trade."),
    )
    organisation = OrganisationField(label=_("Organisation"))
    act = NameField(
        label=_("Appointing act"),
        max_length=300,
        required=False,
        help_text=_("For instance: order no. 112-r of 4 March 2026, or a note verbale."),
    )

    def __init__(self, *args, body, party, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.body, self.party = body, party
        self.fields["person"].queryset = appointable_people(user, body, party)
        self.fields["since"].initial = timezone.localdate()
        offer_organisations(self, "organisation", party)
        self.add_names(
            {},
            [party] if party else [],
            label=gettext("Title in %(language)s"),
            after="title",
        )
        self.order_fields(["person", "full_name", "since"])  # these three are enough

    def clean(self):
        data = super().clean()
        if not data.get("person") and not data.get("full_name") and "full_name" not in self.errors:
            self.add_error("person", _("Choose a person, or enter a name below."))
        if data.get("person") and data.get("full_name"):
            self.add_error(
                "full_name", _("A person is chosen above already. Empty one of the two.")
            )
        return data

    @property
    def holder(self) -> Person:
        """The chosen person, or the one entered, not stored yet."""
        data = self.cleaned_data
        if data["person"]:
            return data["person"]
        facts = {name: data[name] for name in ("full_name", "latin_name", "honorific", "email")}
        if self.party:
            facts.update(language=self.party.language, zone=self.party.zone)
        return Person(**facts)

    def appointment(self, office: str) -> Appointment:
        """The appointment as typed, not stored yet."""
        data = self.cleaned_data
        return Appointment(
            body=self.body,
            party=self.party,
            office=office,
            person=self.holder,
            since=data["since"],
            title=data["title"],
            titles=self.names,
            act=data["act"],
            organisation=chosen_organisation(self, "organisation", self.party),
        )


class AppointmentForm(HolderForm):
    """A new appointment to an office."""

    office = forms.ChoiceField(label=_("Office"), choices=Appointment.Office)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.party is None:
            self.fields["office"].choices = [("secretary", Appointment.Office.SECRETARY.label)]
        self.order_fields(["office"])


class EndForm(PortalForm):
    """The last day of an office."""

    last_day = forms.DateField(label=_("Last day"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason or act"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, appointment: Appointment, **kwargs):
        super().__init__(*args, **kwargs)
        self.appointment = appointment
        self.fields["last_day"].initial = timezone.localdate()

    def clean_last_day(self):
        day = self.cleaned_data["last_day"]
        since = self.appointment.since
        if since and day < since:
            raise ValidationError(_("An appointment cannot end before it begins."))
        return day


class CorrectionForm(NamesMixin, PortalForm):
    """Title, act, organisation and days of an office that stands."""

    title = NameField(label=_("Title"), max_length=300, required=False)
    organisation = OrganisationField(label=_("Organisation"))
    act = NameField(label=_("Appointing act"), max_length=300, required=False)
    since = forms.DateField(label=_("First day"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Last day"), required=False, widget=DayInput)

    def __init__(self, *args, appointment: Appointment, **kwargs):
        super().__init__(*args, **kwargs)
        self.party = appointment.party
        for name in ("title", "act", "since", "until"):
            self.fields[name].initial = getattr(appointment, name)
        if appointment.organisation:
            self.fields["organisation"].initial = str(appointment.organisation)
        offer_organisations(self, "organisation", self.party)
        self.add_names(
            appointment.titles,
            [self.party] if self.party else [],
            label=gettext("Title in %(language)s"),
            after="title",
        )

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("An appointment cannot end before it begins."))
        return data

    @property
    def changes(self) -> dict[str, Any]:
        """What the office is to say, by field."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("title", "act", "since", "until")},
            "titles": self.names,
            "organisation": chosen_organisation(self, "organisation", self.party),
        }
