"""The attendance list of a video platform, and who its lines are."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delegations.forms.check_in import as_reference
from delegations.models import Delegate
from delegations.operations.attendance import NOBODY
from portal.forms import PortalForm


class AttendanceForm(PortalForm):
    """The file."""

    file = forms.FileField(
        label=_("Attendance list: CSV of Zoom, Teams or Webex, up to 4 MB"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={"required": _("Choose the file first.")},
    )


def choices_of(
    posted: Mapping[str, Any], rows: Iterable[dict[str, Any]], people: Iterable[Delegate]
) -> dict[str, str]:
    """Who each line is, by hand: one of those offered, nobody, or a reference that was typed.

    What no reference is stays as it was typed, and is refused with its line.
    """
    known = {one.reference: str(one.pk) for one in people}
    found = {}
    for row in rows:
        uid = row["uid"]
        typed = str(posted.get(f"reference-{uid}", "")).replace("\0", "").strip()[:40]
        picked = str(posted.get(f"who-{uid}", ""))
        if typed:
            found[uid] = known.get(as_reference(typed), f"?{typed}")
        elif picked == NOBODY or picked in {str(pk) for pk in row["candidates"]}:
            found[uid] = picked
    return found
