import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0003_tracks_forms_and_doors"),
        ("portal", "0005_messages_written_later"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="content",
            field=models.BinaryField(default=bytes),
        ),
        migrations.CreateModel(
            name="Heading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="heading")),
                ("column", models.CharField(blank=True, max_length=20, verbose_name="column")),
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
                "verbose_name": "heading of a table",
                "verbose_name_plural": "headings of tables",
                "ordering": ["user", "text"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "text"), name="one_meaning_of_a_heading_per_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Double",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveBigIntegerField(unique=True, verbose_name="number it had"),
                ),
                ("full_name", models.CharField(max_length=250, verbose_name="full name")),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                (
                    "registrations",
                    models.JSONField(
                        default=dict,
                        help_text="Which registration was set aside for which: number by number.",
                        verbose_name="registrations",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                (
                    "by_name",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="merged by"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="doubles",
                        to="portal.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "double",
                "verbose_name_plural": "doubles",
                "ordering": ["-at", "-pk"],
            },
        ),
    ]
