"""A desk counts no places itself any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delegations", "0005_places_are_numbers_of_their_own")]

    operations = [
        migrations.RemoveConstraint(model_name="desk", name="no_desk_is_oversold"),
        migrations.RemoveField(model_name="desk", name="capacity"),
        migrations.RemoveField(model_name="desk", name="taken"),
    ]
