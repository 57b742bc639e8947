"""The Celery application and the whole beat schedule, hours in UTC."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def give_way(**_facts: object) -> None:
    """Who waits for a page goes before who waits for a message."""
    os.nice(5)


app.conf.beat_schedule = {
    # The outbox: whatever is queued, failed or hung is taken up again.
    "send waiting messages": {"task": "portal.tasks.send_waiting", "schedule": 10},
    # /healthz reads how long ago beat and worker last met.
    "beat is alive": {"task": "portal.tasks.heartbeat", "schedule": 5},
    # Reminders compare "due and not yet sent": a missed turn is made good by the next.
    "remind delegates of meetings": {
        "task": "delegations.tasks.remind_delegates",
        "schedule": crontab(minute="5-59/10"),
    },
    # A place that was offered goes to the next when nobody accepted it in time.
    "end offers of places": {"task": "delegations.tasks.end_offers", "schedule": 60},
    "give free places": {
        "task": "delegations.tasks.give_free_places",
        "schedule": crontab(minute="*/5"),
    },
    "remind focal points of delegations": {
        "task": "delegations.tasks.remind_of_delegations",
        "schedule": crontab(minute="7-59/10"),
    },
    "remind secretaries of deadlines": {
        "task": "meetings.tasks.remind_of_deadlines",
        "schedule": crontab(minute="3-59/10"),
    },
    "remind of numbers to be given free": {
        "task": "meetings.tasks.remind_of_numbers",
        "schedule": crontab(minute="33"),
    },
    # Also whenever a worker starts: a zone database changes with an installation.
    "reckon sittings by the zone database": {
        "task": "meetings.tasks.reckon_sittings",
        "schedule": crontab(hour=2, minute=20),
    },
    "remind owners of action items": {
        "task": "meetings.tasks.remind_owners",
        "schedule": crontab(minute="*/10"),
    },
    # Calendar links ask which transactions changed them, of today's at most.
    "forget old changes of calendars": {
        "task": "meetings.tasks.forget_calendar_changes",
        "schedule": crontab(hour="2", minute="20"),
    },
    "delete passport data and photos on their day": {
        "task": "delegations.tasks.erase_identities",
        "schedule": crontab(hour="1", minute="40"),
    },
    "forget sessions that have ended": {
        "task": "portal.tasks.forget_ended_sessions",
        "schedule": crontab(minute="47"),
    },
    "forget tables of names that nobody brought in": {
        "task": "delegations.tasks.forget_tables",
        "schedule": crontab(minute="27"),
    },
    "forget dossiers that nobody brought in": {
        "task": "meetings.tasks.forget_dossiers",
        "schedule": crontab(minute="17"),
    },
}
