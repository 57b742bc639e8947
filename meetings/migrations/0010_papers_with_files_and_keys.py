"""Papers keep the name of their file, can be withdrawn and need keys; points can be removed."""

from django.db import migrations, models

import meetings.models.paper


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0009_one_appointment_at_a_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="file_name",
            field=models.CharField(
                blank=True, editable=False, max_length=255, verbose_name="name of the file"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="file_size",
            field=models.PositiveBigIntegerField(
                default=0, editable=False, verbose_name="size in bytes"
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
        ),
        migrations.AddField(
            model_name="paper",
            name="status",
            field=models.CharField(
                choices=[("current", "Current"), ("withdrawn", "Withdrawn")],
                default="current",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="wanted",
            field=models.CharField(
                blank=True,
                choices=[
                    ("internal", "One side only"),
                    ("shared", "Shared working paper"),
                    ("agreed", "Agreed, not public"),
                    ("public", "Public"),
                ],
                editable=False,
                max_length=10,
                verbose_name="asked for: who may read it",
            ),
        ),
        migrations.AlterField(
            model_name="agendaitem",
            name="status",
            field=models.CharField(
                choices=[
                    ("listed", "On the agenda"),
                    ("late", "Proposed late"),
                    ("rejected", "Not added"),
                    ("removed", "Removed"),
                ],
                default="listed",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="file",
            field=models.FileField(
                blank=True, upload_to=meetings.models.paper.stored_name, verbose_name="file"
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(wanted="") | ~models.Q(access="internal"),
                name="no_key_is_asked_for_an_internal_paper",
                violation_error_message="Share the paper first, then ask the other sides.",
            ),
        ),
    ]
