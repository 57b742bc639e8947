from celery import shared_task

from portal import health, notices


@shared_task(expires=60)
def send_waiting() -> None:
    """Empty the outbox; what is left over is taken up by the next call."""
    notices.send_all_waiting()


@shared_task(expires=15)
def heartbeat() -> None:
    """Show that a worker takes tasks from the queue."""
    health.mark("worker")
