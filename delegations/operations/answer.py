"""What people answer to a meeting's own questions, and what is asked of few."""

from collections.abc import Sequence

from delegations.models import Answer, Delegate, Identity
from delegations.models.identity import erased_on


def store_answers(
    delegate: Delegate, answers: Sequence[Answer], identity: Identity | None = None
) -> None:
    """Keep what somebody answers with the registration itself: one insert for all answers."""
    for answer in answers:
        answer.pk = None
        answer.delegate = delegate
    if answers:
        Answer.objects.bulk_create(answers)
    if identity:
        keep_identity(delegate, identity)


def replace_answers(
    delegate: Delegate, answers: Sequence[Answer], identity: Identity | None = None
) -> bool:
    """Put these answers in the place of those the form asks for; whether anything changed.

    Answers to questions that were taken off the form stay as they are.
    """
    earlier = delegate.answers.filter(question__retired_at=None)
    before = {one.question_id: _content(one) for one in earlier}
    is_new = {one.question_id: _content(one) for one in answers} != before
    if is_new:
        earlier.delete()
        store_answers(delegate, answers)
    known = Identity.objects.filter(delegate=delegate).first()
    if identity is None or (known and _facts(identity) == _facts(known)):
        return is_new
    keep_identity(delegate, identity)
    return True


def _content(answer: Answer) -> tuple:
    return answer.value, answer.file_name, answer.file.name if answer.file else ""


def _facts(identity: Identity) -> tuple:
    plain = (identity.document, identity.issued_by, identity.valid_until, identity.born_on)
    return *plain, identity.nationality, identity.photo.name if identity.photo else ""


def keep_identity(delegate: Delegate, identity: Identity) -> None:
    """Keep identity data until some weeks after the meeting, in the place of what stood there."""
    identity.delegate = delegate
    identity.erase_on = erased_on(delegate.delegation.meeting.ends_on)
    earlier = Identity.objects.filter(delegate=delegate).values_list("pk", flat=True).first()
    identity.pk = earlier
    identity.save(force_insert=earlier is None)
