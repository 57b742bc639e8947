from celery import shared_task
from django.core.management import call_command

from portal import health, notices


@shared_task(expires=60)
def send_waiting() -> None:
    """Empty the outbox; what is left over is taken up by the next call."""
    notices.send_all_waiting()


@shared_task(expires=15)
def heartbeat() -> None:
    """Show that a worker takes tasks from the queue."""
    health.mark("worker")


@shared_task
def forget_ended_sessions() -> None:
    """A session that has ended holds what somebody typed; keep it no longer."""
    call_command("clearsessions")
