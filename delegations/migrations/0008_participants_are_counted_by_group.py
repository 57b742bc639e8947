from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delegations", "0007_open_registration_in_the_list")]

    operations = [
        migrations.AddIndex(
            model_name="delegate",
            index=models.Index(
                fields=["meeting", "delegation", "track", "status", "id"], name="delegate_counted"
            ),
        ),
    ]
