"""What a message says of something that one side kept to itself stays private to that side."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_members_of_blocs_and_former_days_of_rest")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="private_to",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
            ),
        ),
    ]
