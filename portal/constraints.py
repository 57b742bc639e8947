"""What the database refuses, in the words that the model has for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction

from portal.refusal import Refused


@contextmanager
def violations_explained(*kinds: type[models.Model]) -> Iterator[None]:
    """Turn a broken constraint of these models into a Refused with its sentence.

    Forms check beforehand; this is for two people who save at the same moment.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        sentence = _sentence(error, kinds)
        if sentence is None:
            raise
        raise Refused(sentence) from error


def _sentence(error: IntegrityError, kinds: tuple[type[models.Model], ...]) -> str | None:
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for kind in kinds:
        for constraint in kind._meta.constraints:
            if constraint.name == broken:
                return str(constraint.get_violation_error_message())
    return None
