from celery import shared_task
from django.utils import timezone

from delegations import reminders


@shared_task
def remind_delegates() -> None:
    """Remind approved delegates; runs every few minutes, each reminder leaves once."""
    reminders.remind_delegates(timezone.now())
