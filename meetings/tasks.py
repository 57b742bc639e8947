from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from meetings import operations, reminders
from meetings.dossier import importing


@shared_task
def remind_owners() -> None:
    """Remind owners of action items; runs every few minutes, each reminder leaves once."""
    reminders.remind_owners(timezone.now())


@shared_task
def remind_of_deadlines() -> None:
    """Remind secretaries of deadlines; runs every few minutes, each reminder leaves once."""
    reminders.remind_of_deadlines(timezone.now())


@shared_task
def remind_of_numbers() -> None:
    """Remind of keys to a cancelled meeting's number; runs every hour, each leaves once."""
    reminders.remind_of_numbers(timezone.now())


@shared_task
def reckon_sittings() -> None:
    """Compute the instants of sittings ahead by today's zone database; once done, idle."""
    operations.reckon_sittings_again(timezone.now())


@worker_ready.connect
def reckon_at_the_start(**kwargs) -> None:
    """A new zone database comes with a new installation, and so with a new worker."""
    reckon_sittings.delay()


@shared_task
def forget_calendar_changes() -> None:
    """Forget what no calendar link can ask any more; runs once a night."""
    operations.forget_changes(timezone.now())


@shared_task
def forget_dossiers() -> None:
    """Forget the dossiers that were looked at a day ago and never brought in."""
    importing.forget_expired(timezone.now())
