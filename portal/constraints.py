"""What the database refuses, in the words that the model has for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, models, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

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
    except OperationalError as error:
        # Two who book the same room may wait for each other until the database sends one away.
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        raise Refused(
            _("Somebody saved something similar at the same moment. Look again, then save again.")
        ) from error


def _sentence(error: IntegrityError, kinds: tuple[type[models.Model], ...]) -> str | None:
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for kind in kinds:
        for constraint in kind._meta.constraints:
            if constraint.name == broken:
                return str(constraint.get_violation_error_message())
    return None
