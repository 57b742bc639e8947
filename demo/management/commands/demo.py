from django.core.management.base import BaseCommand

from delegations.models import Delegate
from demo.load import load
from meetings.models import ActionItem, Body, Meeting
from portal.models import User

SHOWN = {
    Body: "bodies",
    Meeting: "meetings",
    Delegate: "registrations",
    ActionItem: "action items",
    User: "accounts to sign in with",
}


class Command(BaseCommand):
    help = "Loads the demonstration case. Safe to run twice; other data is never touched."

    def handle(self, *args, **options):
        made = load()
        if not made:
            self.stdout.write("The demonstration case is here already. Nothing changed.")
            return
        counts = [f"{made[model]} {words}" for model, words in SHOWN.items() if made[model]]
        summary = ", ".join(counts) or f"{made.total()} missing rows"
        self.stdout.write(f"The demonstration case is loaded: {summary}.")
