from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delegations", "0006_desks_count_no_places")]

    operations = [
        migrations.AddField(
            model_name="delegation",
            name="publishes_open",
            field=models.BooleanField(
                default=False,
                verbose_name="people of the open registration stand in the list of participants",
            ),
        ),
    ]
