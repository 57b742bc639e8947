"""A dossier that was read is kept on the server until it is brought in, a day at most."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0014_joint_meetings_and_numbers_given_free"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name of the file")),
                ("content", models.BinaryField()),
                ("rows", models.JSONField(default=list)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="read"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier that was read",
                "verbose_name_plural": "dossiers that were read",
                "ordering": ["-at"],
            },
        ),
    ]
