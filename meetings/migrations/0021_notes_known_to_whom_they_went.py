"""A note's number is taken only among those who know of the note."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0020_wordings_take_every_key")]

    operations = [
        migrations.RemoveConstraint(model_name="noteverbale", name="one_note_per_number_and_date"),
        migrations.AddConstraint(
            model_name="noteverbale",
            constraint=models.UniqueConstraint(
                fields=("body", "sender", "addressee", "reference", "dated"),
                name="one_note_per_number_date_and_addressee",
                nulls_distinct=False,
                violation_error_message="A note of this number and date is in the register.",
            ),
        ),
    ]
