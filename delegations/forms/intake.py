"""A table of nominations: which file, how it is read, what its columns hold, what is mended."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.column import COLUMNS
from delegations.models import Intake
from delegations.operations.intake import ANOTHER, SKIP
from delegations.table import DELIMITERS, ENCODINGS, MEGABYTES
from portal.forms import PortalForm


class TableForm(PortalForm):
    """The file with the names."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx, .xls, .xlsb), OpenDocument (.ods) or CSV, up to 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.txt,.tsv"}),
        error_messages={
            "required": _("Choose the file with the names."),
            "empty": _("This file is empty. Choose the one with the names in it."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                gettext("This file is larger than %(number)s MB. Leave pictures out.")
                % {"number": MEGABYTES}
            )
        return file


class ReadingForm(PortalForm):
    """How the file is to be read: what the portal recognised, to be changed."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    encoding = forms.ChoiceField(label=_("Encoding"), required=False, choices=ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Columns divided by"), required=False, choices=DELIMITERS)
    head = forms.IntegerField(label=_("Row with the headings"), min_value=1, max_value=7000)

    def __init__(self, *args, intake: Intake, **kwargs):
        how = intake.choices
        super().__init__(*args, initial={**how, "head": how["head"] + 1}, **kwargs)
        self.fields["sheet"].choices = [(name, name) for name in how["sheets"]]
        unasked = ("encoding", "delimiter") if how["sheets"] else ("sheet",)
        for name in unasked:
            del self.fields[name]
        self.was = how

    @property
    def wanted(self) -> dict:
        """How to read: where something else is read than before, its headings are sought anew."""
        said = self.cleaned_data
        how = {name: said[name] for name in ("sheet", "encoding", "delimiter") if said.get(name)}
        is_other = any(how[name] != self.was[name] for name in how)
        same_head = said["head"] - 1 == self.was["head"]
        return {**how, "head": None if is_other and same_head else said["head"] - 1}


class ColumnsForm(PortalForm):
    """What stands in each column of the table."""

    def __init__(self, *args, intake: Intake, **kwargs):
        super().__init__(*args, **kwargs)
        how = intake.choices
        placed = {place: name for name, place in how["columns"].items()}
        fields = [("", _("Not taken over")), *((one.name, one.label) for one in COLUMNS.values())]
        for place, text in enumerate(intake.rows[how["head"]]):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=text or _("Column without a heading"),
                choices=fields,
                required=False,
                initial=placed.get(place, ""),
            )

    def clean(self):
        said = super().clean()
        chosen = [name for name in said.values() if name]
        twice = [str(COLUMNS[name].label) for name in set(chosen) if chosen.count(name) > 1]
        if twice:
            raise forms.ValidationError(
                gettext("Two columns are said to hold the same: %(names)s. Choose one of them.")
                % {"names": ", ".join(sorted(twice))}
            )
        return said

    @property
    def columns(self) -> dict[int, str]:
        """What stands where."""
        return {int(key.removeprefix("column-")): name for key, name in self.cleaned_data.items()}


CELL = re.compile(r"cell-(\d{1,5})-([a-z_]+)")
WAY = re.compile(r"way-(\d{1,5})")


class MendingForm(PortalForm):
    """Cells written anew, and what is said of rows; only what stands on the page is posted."""

    @property
    def cells(self) -> dict[tuple[int, str], str]:
        found = ((CELL.fullmatch(key), value) for key, value in self.data.items())
        return {
            (int(key[1]), key[2]): value.replace("\x00", "")
            for key, value in found
            if key and key[2] in COLUMNS
        }

    @property
    def ways(self) -> dict[int, str]:
        found = ((WAY.fullmatch(key), value) for key, value in self.data.items())
        return {int(key[1]): value for key, value in found if key and value in {"", SKIP, ANOTHER}}
