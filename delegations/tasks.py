from celery import shared_task
from django.utils import timezone

from delegations import operations, reminders


@shared_task
def remind_delegates() -> None:
    """Remind approved delegates; runs every few minutes, each reminder leaves once."""
    reminders.remind_delegates(timezone.now())


@shared_task
def end_offers() -> None:
    """End the offered places that nobody accepted in time; the next is asked."""
    operations.end_offers(timezone.now())


@shared_task
def give_free_places() -> None:
    """Give places that are still free to those who wait; usually there are none."""
    operations.fill_all_places()


@shared_task
def remind_of_delegations() -> None:
    """Remind focal points of delegations that are due; each reminder leaves once."""
    reminders.remind_of_delegations(timezone.now())


@shared_task
def erase_identities() -> None:
    """Delete passport data and photos whose day has come, and files nobody registered with."""
    operations.erase_identities(timezone.now().date())
    operations.forget_uploads(timezone.now())


@shared_task
def forget_tables() -> None:
    """Delete the tables that nobody brought in within a day."""
    operations.forget_tables(timezone.now())
