"""Nobody is appointed twice to the same office at the same time."""

import django.contrib.postgres.constraints
import django.db.models.functions.comparison
from django.db import migrations, models

import meetings.models.appointment


class Migration(migrations.Migration):
    dependencies = [("meetings", "0008_changes_of_bodies")]

    operations = [
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("body", "="),
                    ("person", "="),
                    ("office", "="),
                    (django.db.models.functions.comparison.Coalesce("party", models.Value(0)), "="),
                    (
                        meetings.models.appointment.DateRange("since", "until", models.Value("[]")),
                        "&&",
                    ),
                ],
                name="one_appointment_to_an_office_at_a_time",
                violation_error_message="This person holds this office in that period already. End the earlier appointment the day before first.",
            ),
        ),
    ]
