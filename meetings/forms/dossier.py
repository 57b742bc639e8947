from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.dossier.reading import MEGABYTE
from portal.forms import PortalForm

MOST_MEGABYTES = 4  # what a page reads while somebody waits: about three thousand sittings


class DossierForm(PortalForm):
    """The file that holds a commission."""

    file = forms.FileField(
        label=gettext_lazy("Dossier: a JSON file, up to 4 MB"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={"required": gettext_lazy("Choose the file first.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_MEGABYTES * MEGABYTE:
            raise forms.ValidationError(
                _(
                    "The file has %(size)s MB; this page reads up to %(limit)d MB. Divide it by "
                    "bodies, or have the operator bring it in with script/manage dossier import."
                )
                % {"size": f"{file.size / MEGABYTE:.1f}", "limit": MOST_MEGABYTES}
            )
        return file
