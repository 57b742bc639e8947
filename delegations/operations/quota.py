"""How many places there are: in all, per sitting, side, capacity or mode."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Desk, Quota, holders
from delegations.operations.waiting import fill_places
from portal import journal
from portal.constraints import violations_explained
from portal.models import User
from portal.refusal import Refused

PLACES = journal.register("desk.places", _("set the number of places"))
RULES = journal.register("desk.waiting_rules", _("set to whom a place goes that becomes free"))
NO_PLACES = journal.register("desk.places_removed", _("took away a number of places"))


@transaction.atomic
def set_quota(quota: Quota, *, limit: int, by: User) -> Quota:
    """Set a number of places, new or known. Raises Refused below the number already there."""
    desk = _held(quota.desk)
    row = Quota.objects.filter(pk=quota.pk).first() or quota
    taken = holders(row).count()
    if limit < taken:
        raise Refused(
            # Not how many: the other side's waiting people are its own affair.
            gettext("More people are registered than this. Choose more places.")
        )
    row.limit, row.taken = limit, taken
    with violations_explained(Quota):
        row.save()
    journal.record(desk.meeting, PLACES, by=by, private_to=row.party)
    fill_places(desk.meeting)
    return row


@transaction.atomic
def remove_quota(quota: Quota, *, by: User) -> None:
    """Take a number of places away: then as many come as the others allow."""
    desk = _held(quota.desk)
    Quota.objects.filter(pk=quota.pk).delete()
    journal.record(desk.meeting, NO_PLACES, by=by, private_to=quota.party)
    fill_places(desk.meeting)


def set_places(desk: Desk, *, capacity: int | None, by: User) -> None:
    """Set how many may come in all; None for as many as come."""
    overall = next((quota for quota in desk.quotas.all() if quota.is_overall), None)
    if capacity is not None:
        set_quota(overall or Quota(desk=desk), limit=capacity, by=by)
    elif overall:
        remove_quota(overall, by=by)


def _held(desk: Desk) -> Desk:
    """The desk, held until whoever registers at this moment is through, and before the next."""
    return Desk.objects.select_for_update(of=("self",)).get(pk=desk.pk)


@transaction.atomic
def set_waiting_rules(desk: Desk, rules: Mapping[str, Any], *, by: User) -> None:
    """Set to whom a place goes that becomes free, and how long it is kept for an answer."""
    row = _held(desk)
    row.promotion, row.answer_hours = rules["promotion"], rules["answer_hours"]
    row.save(update_fields=["promotion", "answer_hours"])
    journal.record(row.meeting, RULES, by=by)
    fill_places(row.meeting)
