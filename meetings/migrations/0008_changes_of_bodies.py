"""Changes that every side must agree to; a body counts its revisions."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0007_the_number_in_the_main_body"),
        ("portal", "0002_former_names_and_spellings"),
    ]

    operations = [
        migrations.CreateModel(
            name="BodyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspend", "Suspend the body"),
                            ("close", "Close the body"),
                            ("reopen", "Reopen the body"),
                            ("join", "A party takes a seat"),
                            ("leave", "A party gives up its seat"),
                            ("publish", "Make the body known to the public"),
                            ("hide", "Hide the body from the public"),
                        ],
                        max_length=10,
                        verbose_name="what is to change",
                    ),
                ),
                (
                    "day",
                    models.DateField(
                        blank=True,
                        help_text="The first day of a new seat, or the last day of one given up.",
                        null=True,
                        verbose_name="day",
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        help_text="With the number of the note verbale, where there is one.",
                        verbose_name="reason",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "by_name",
                    models.CharField(editable=False, max_length=300, verbose_name="entered by"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
                ),
            ],
            options={
                "verbose_name": "change of a body",
                "verbose_name_plural": "changes of bodies",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="body",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
        ),
        migrations.AddField(
            model_name="bodychange",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="bodychange",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="party",
            ),
        ),
        migrations.AddField(
            model_name="bodychange",
            name="proposer",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="proposed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="bodychange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("body", "kind", "party"),
                name="one_open_change_of_a_kind",
                nulls_distinct=False,
                violation_error_message="This is proposed already. Give your key to it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="bodychange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("day__isnull", False),
                        ("kind__in", ("join", "leave")),
                        ("party__isnull", False),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("join", "leave")), _negated=True),
                        ("day", None),
                        ("party", None),
                    ),
                    _connector="OR",
                ),
                name="a_change_of_seats_names_party_and_day",
                violation_error_message="Say which party takes or gives up a seat, and when.",
            ),
        ),
    ]
