"""What a focal point decides for several people at once."""

from django.db import transaction

from delegations.models.delegate import DelegateQuerySet
from delegations.transitions import DELEGATE
from portal.models import User
from portal.refusal import NotYours, Refused


def approve_all(delegates: DelegateQuerySet, *, by: User) -> int:
    """Approve those that still wait; returns how many. Raises NotYours for another side's."""
    approved = 0
    with transaction.atomic():
        # Locked as they wait: whom somebody declined a moment ago stays declined.
        for delegate in delegates.waiting().select_for_update(of=("self",)):
            try:
                DELEGATE.perform(delegate, "approve", by=by)
            except NotYours:
                raise
            except Refused:
                continue  # the person cancelled a moment ago
            approved += 1
    return approved
