"""A person answers what the own side asked."""

from delegations.models import Delegate
from delegations.transitions import DELEGATE


def answer_enquiry(delegate: Delegate, *, answer: str) -> Delegate:
    """Answer by the person's own link; the registration waits for its side again."""
    return DELEGATE.perform(delegate, "answer", by=None, by_name=delegate.full_name, reason=answer)
