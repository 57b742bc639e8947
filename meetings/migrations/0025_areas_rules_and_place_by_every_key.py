"""A body that has met changes its areas, its rules and its place by every side's key."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import MD5, Cast

KINDS = [
    ("suspend", "Suspend the body"),
    ("close", "Close the body"),
    ("reopen", "Reopen the body"),
    ("join", "A party takes a seat"),
    ("leave", "A party gives up its seat"),
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
STATUSES = [
    ("open", "Open"),
    ("done", "Done"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("lapsed", "Overtaken by another change"),
]


def link(to, words):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=to,
        verbose_name=words,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0024_messages_of_ideas_stay_private"),
        ("portal", "0004_messages_private_to_a_side"),
    ]

    operations = [
        migrations.RemoveConstraint("bodychange", "one_open_change_of_a_kind"),
        migrations.RemoveConstraint("bodychange", "a_change_of_seats_names_party_and_day"),
        migrations.AddField("bodychange", "area", link("meetings.area", "area")),
        migrations.AddField("bodychange", "into", link("meetings.area", "merged into")),
        migrations.AddField("bodychange", "place", link("meetings.body", "beneath which body")),
        migrations.AddField(
            "bodychange",
            "terms",
            models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="The names, the order or the rules proposed, and what stood before.",
                verbose_name="terms",
            ),
        ),
        migrations.AlterField(
            "bodychange",
            "kind",
            models.CharField(choices=KINDS, max_length=15, verbose_name="what is to change"),
        ),
        migrations.AlterField(
            "bodychange",
            "status",
            models.CharField(
                choices=STATUSES,
                default="open",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.UniqueConstraint(
                "body",
                "kind",
                "party",
                "area",
                "into",
                "place",
                models.Case(models.When(kind__in=("join", "leave"), then=None), default="day"),
                MD5(Cast("terms", models.TextField())),
                condition=models.Q(status="open"),
                nulls_distinct=False,
                name="one_open_change_of_a_kind",
                violation_error_message="This is proposed already. Give your key to it.",
            ),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("join", "leave"), party__isnull=False, day__isnull=False
                )
                | (~models.Q(kind__in=("join", "leave")) & models.Q(party=None)),
                name="a_change_of_seats_names_party_and_day",
                violation_error_message="Say which party takes or gives up a seat, and when.",
            ),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("rename_area", "end_area"), area__isnull=False, into=None
                )
                | models.Q(kind="merge_area", area__isnull=False, into__isnull=False)
                | (
                    ~models.Q(kind__in=("rename_area", "end_area", "merge_area"))
                    & models.Q(area=None, into=None)
                ),
                name="a_change_of_an_area_names_it",
                violation_error_message="Say which area is meant.",
            ),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.CheckConstraint(
                condition=models.Q(kind="move", place__isnull=False)
                | (~models.Q(kind="move") & models.Q(place=None)),
                name="a_move_names_its_place",
                violation_error_message="Say beneath which body it is to stand.",
            ),
        ),
        migrations.AddConstraint(
            "bodychange",
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=("join", "leave", "end_area", "rules"), day__isnull=False
                )
                | models.Q(kind="rename_area")
                | (
                    ~models.Q(kind__in=("join", "leave", "end_area", "rules", "rename_area"))
                    & models.Q(day=None)
                ),
                name="a_change_has_the_day_it_needs",
                violation_error_message="Say on which day.",
            ),
        ),
    ]
