"""script/manage places: whether every number of places counts whoever holds one."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from delegations.models import Desk, Quota, miscounted


class Command(BaseCommand):
    help = (
        "Compares the places taken with those who hold one, for every meeting. Exits with 0 only "
        "when all are right; --mend counts anew what is wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("--mend", action="store_true", help="count anew what is wrong")

    def handle(self, *args, mend, **options):
        wrong = 0
        for desk in Desk.objects.exclude(quotas=None).select_related("meeting__body"):
            wrong += self._look(desk, mend=mend)
        if wrong and not mend:
            raise CommandError(f"{wrong} numbers of places are wrong. Mend them with --mend.")
        self.stdout.write("All places are counted rightly.")

    @transaction.atomic
    def _look(self, desk, *, mend):
        # Held, so that nobody registers or cancels between the two counts.
        Desk.objects.select_for_update().get(pk=desk.pk)
        found = miscounted(Quota.objects.filter(desk=desk).select_related("desk"))
        for quota, number in found:
            self.stdout.write(f"{desk.meeting.full_label}: {quota}, and {number} hold one.")
            if mend:
                quota.taken, quota.limit = number, max(quota.limit, number)
                quota.save(update_fields=["taken", "limit"])
        return len(found)
