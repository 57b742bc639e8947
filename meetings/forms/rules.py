from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from meetings.forms.name import languages_of
from meetings.models import Body, DeadlineRule, Rules
from portal.forms import DayInput, NameField, PortalForm, PortalModelForm
from portal.models import Party

FACTS = [
    "source",
    "publication",
    "chairing",
    "hosting",
    "hosting_place",
    "quorum_per_side",
    "every_months",
    "record_name",
]


class RulesForm(PortalModelForm):
    """Rules of procedure from a day on."""

    since = forms.DateField(
        label=_("In force since"),
        widget=DayInput,
        help_text=_("The rules before them end the day before."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    source = NameField(
        label=_("Where they stand"),
        max_length=300,
        required=False,
        help_text=_("For instance: rules of procedure of 2019, articles 3 to 9."),
    )

    class Meta:
        model = Rules
        fields = ["since", "languages", *FACTS]
        labels = {
            "publication": _("Publication"),
            "chairing": _("Who presides"),
            "hosting": _("Who hosts"),
            "hosting_place": _("Where, if always the same place"),
            "quorum_per_side": _("Members of each side that must be present"),
            "every_months": _("Months between ordinary meetings"),
            "record_name": _("What the body calls its record"),
        }

    def __init__(self, *args, body: Body, earlier: Rules | None, **kwargs):
        if earlier:
            kwargs["initial"] = {name: getattr(earlier, name) for name in [*FACTS, "languages"]}
        super().__init__(*args, instance=Rules(body=body), **kwargs)
        self.initial["since"] = timezone.localdate()
        written = dict.fromkeys(earlier.languages if earlier else [], "")
        codes = ["en", *languages_of(body.sides(), written)]
        self.fields["languages"].choices = [
            (code, get_language_info(code)["name_translated"]) for code in codes
        ]

    def _get_validation_exclusions(self):
        """The earlier rules end only when these are stored, so the database looks then."""
        return super()._get_validation_exclusions() | {"since", "until", "body"}


class DeadlineRuleForm(PortalForm):
    """Something due a number of days before or after a meeting; an empty row counts for nothing."""

    what = forms.ChoiceField(
        label=_("What is due"),
        required=False,
        choices=[("", _("Nothing")), *DeadlineRule.What.choices],
    )
    days = forms.IntegerField(label=_("How many"), required=False, min_value=0, max_value=730)
    unit = forms.ChoiceField(label=_("Counted in"), choices=DeadlineRule.Unit, required=False)
    calendar_of = forms.ModelChoiceField(
        label=_("Working days of"),
        queryset=Party.objects.none(),
        required=False,
        empty_label=_("All sides"),
    )
    when = forms.ChoiceField(label=_("When"), choices=DeadlineRule.When, required=False)
    by_each_side = forms.BooleanField(label=_("Each side has to do it"), required=False)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["calendar_of"].queryset = Party.objects.filter(
            pk__in=[party.pk for party in parties]
        )

    def clean(self):
        data = super().clean()
        if data.get("what") and data.get("days") is None and "days" not in self.errors:
            self.add_error("days", _("Say how many days."))
        if data.get("unit") != DeadlineRule.Unit.WORKING_DAYS:
            data["calendar_of"] = None
        return data

    @property
    def rule(self) -> DeadlineRule | None:
        """The rule as typed, not stored yet."""
        data = self.cleaned_data
        if not data.get("what"):
            return None
        return DeadlineRule(
            what=data["what"],
            days=data["days"],
            unit=data["unit"] or DeadlineRule.Unit.DAYS,
            calendar_of=data["calendar_of"],
            when=data["when"] or DeadlineRule.When.BEFORE,
            by_each_side=data["by_each_side"],
        )


class _DeadlineRules(forms.BaseFormSet):
    """The deadlines of a set of rules."""

    def clean(self):
        seen = set()
        for form in self.forms:
            what = form.cleaned_data.get("what") if form.is_valid() else ""
            if what and what in seen:
                raise ValidationError(
                    gettext("“%(what)s” stands there twice. Keep one line of it.")
                    % {"what": DeadlineRule.What(what).label}
                )
            seen.add(what)

    @property
    def rules(self) -> list[DeadlineRule]:
        """The rules as typed, in their order."""
        return [form.rule for form in self.forms if form.rule]


DeadlineRules = forms.formset_factory(DeadlineRuleForm, formset=_DeadlineRules, extra=0, max_num=20)
