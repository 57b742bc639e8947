"""Which side stands first in shared prints is changed by every side's key."""

from django.db import migrations, models

KINDS = [
    ("suspend", "Suspend the body"),
    ("close", "Close the body"),
    ("reopen", "Reopen the body"),
    ("join", "A party takes a seat"),
    ("leave", "A party gives up its seat"),
    ("first", "A side stands first in shared prints"),
    ("publish", "Make the body known to the public"),
    ("hide", "Hide the body from the public"),
    ("add_area", "Add an area"),
    ("rename_area", "Rename an area"),
    ("merge_area", "Merge an area into another"),
    ("end_area", "Give up an area"),
    ("order_areas", "Put the areas in another order"),
    ("rules", "New rules of procedure"),
    ("move", "Place the body beneath another"),
]


class Migration(migrations.Migration):
    dependencies = [("meetings", "0025_areas_rules_and_place_by_every_key")]

    operations = [
        migrations.RemoveConstraint("bodychange", "a_change_of_seats_names_party_and_day"),
        migrations.AlterField(
            "bodychange",
            "kind",
            models.CharField(choices=KINDS, max_length=15, verbose_name="what is to change"),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("join", "leave"), party__isnull=False, day__isnull=False
                )
                | models.Q(kind="first", party__isnull=False)
                | (~models.Q(kind__in=("join", "leave", "first")) & models.Q(party=None)),
                name="a_change_of_seats_names_party_and_day",
                violation_error_message="Say which party takes or gives up a seat, and when.",
            ),
        ),
    ]
