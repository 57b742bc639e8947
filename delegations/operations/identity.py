"""What is asked of few: each look at it is written down, and it is deleted by rule."""

from datetime import date, datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.fields import DateField
from django.utils.translation import gettext_lazy as _

from delegations.models import Answer, Delegate, Identity
from delegations.models.identity import KEPT_DAYS
from portal import journal
from portal.models import User

LOOKED = journal.register("identity.looked", _("looked at passport data or a photo"))
ERASED = journal.register("identity.erased", _("deleted the passport data and photo, as promised"))

# Who does not come any more is asked nothing more.
GONE = (Delegate.Status.CANCELLED, Delegate.Status.REMOVED)
UPLOADS = ("answers", "identities")
ON_THEIR_WAY = timedelta(days=1)


def look_at_identity(delegate: Delegate, *, by: User) -> None:
    """Write down that somebody looked: it stands in the history of the own side."""
    journal.record(delegate, LOOKED, by=by, private_to=delegate.party)


def erase_identities(today: date) -> int:
    """Delete what few may see, some weeks after each meeting; returns of how many people."""
    _follow_meetings()
    due = Q(identity__erase_on__lte=today) | Q(identity__isnull=False, status__in=GONE)
    over = Q(meeting__ends_on__lte=today - timedelta(days=KEPT_DAYS)) | Q(status__in=GONE)
    asked = Answer.objects.filter(question__is_identity=True).values("delegate")
    people = Delegate.objects.filter(due | (over & Q(pk__in=asked))).for_list()
    return sum(_erase(delegate) for delegate in people)


def _follow_meetings() -> None:
    """A meeting that was moved takes the day of deletion along."""
    ends_on = Delegate.objects.filter(pk=OuterRef("delegate")).values("meeting__ends_on")
    day = ExpressionWrapper(Subquery(ends_on) + timedelta(days=KEPT_DAYS), DateField())
    Identity.objects.exclude(erase_on=day).update(erase_on=day)


@transaction.atomic
def _erase(delegate: Delegate) -> int:
    identity = Identity.objects.filter(delegate=delegate).first()
    answers = list(delegate.answers.filter(question__is_identity=True))
    files = [one.file.name for one in answers if one.file]
    if identity:
        files += [identity.photo.name] if identity.photo else []
        identity.delete()
    delegate.answers.filter(pk__in=[one.pk for one in answers]).delete()
    journal.record(delegate, ERASED, by=None, party=delegate.party, private_to=delegate.party)
    transaction.on_commit(lambda: _delete(files))
    return 1


def _delete(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)


def forget_uploads(now: datetime) -> int:
    """Delete files that nobody registered with, a day after they were sent; how many."""
    forgotten = [
        name
        for folder in UPLOADS
        for name in _files_in(folder)
        if default_storage.get_modified_time(name) < now - ON_THEIR_WAY
    ]
    used = {*Answer.objects.filter(file__in=forgotten).values_list("file", flat=True)}
    used |= {*Identity.objects.filter(photo__in=forgotten).values_list("photo", flat=True)}
    unused = [name for name in forgotten if name not in used]
    _delete(unused)
    return len(unused)


def _files_in(folder: str) -> list[str]:
    if not default_storage.exists(folder):
        return []
    _folders, names = default_storage.listdir(folder)
    return [f"{folder}/{name}" for name in names]
