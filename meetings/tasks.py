from celery import shared_task
from django.utils import timezone

from meetings import reminders


@shared_task
def remind_owners() -> None:
    """Remind owners of action items; runs every few minutes, each reminder leaves once."""
    reminders.remind_owners(timezone.now())


@shared_task
def remind_of_deadlines() -> None:
    """Remind secretaries of deadlines; runs every few minutes, each reminder leaves once."""
    reminders.remind_of_deadlines(timezone.now())
