"""Another title or description of an announced meeting is proposed to every side."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0019_what_a_record_leaves_open"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("about", models.TextField(blank=True, verbose_name="what it is about")),
                ("remark", models.TextField(blank=True, verbose_name="remark to the other side")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("replaced", "No longer asked"),
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
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wordings",
                        to="meetings.meeting",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.party",
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed wording",
                "verbose_name_plural": "proposed wordings",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("meeting",),
                name="one_open_wording_per_meeting",
                violation_error_message="Another proposal is open. Answer that one first.",
            ),
        ),
    ]
