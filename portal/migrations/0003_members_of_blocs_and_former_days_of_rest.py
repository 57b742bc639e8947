"""A bloc has members for a time, and a party's days of rest may have been others."""

from django.db import migrations, models

import portal.models.party


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_former_names_and_spellings")]

    operations = [
        migrations.AddField(
            model_name="party",
            name="members",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Of a bloc: a list of objects with “name”, “names” per language and, where it was not always a member, “since” and “until” (the first and the last day).",
                validators=[portal.models.party.members_of_a_bloc],
                verbose_name="members of the bloc",
            ),
        ),
        migrations.AlterField(
            model_name="party",
            name="former",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Oldest first: a list of objects with “until” (the last day) and what was another then, as name, names, short_name, short_names, city, cities, rest_days.",
                validators=[portal.models.party.former_names],
                verbose_name="former names",
            ),
        ),
    ]
