import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_proposals_numbers_and_timings"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProgrammeDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.JSONField(default=list, verbose_name="rows")),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "saved_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="saved"),
                ),
                ("saved_by", models.CharField(max_length=300, verbose_name="saved by")),
            ],
            options={
                "verbose_name": "draft of a programme",
                "verbose_name_plural": "drafts of programmes",
            },
        ),
        migrations.CreateModel(
            name="ProgrammeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("rows", models.JSONField(default=list, verbose_name="rows")),
                ("changes", models.JSONField(default=list, verbose_name="changes")),
                (
                    "published_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="published"
                    ),
                ),
                ("published_by", models.CharField(max_length=300, verbose_name="published by")),
            ],
            options={
                "verbose_name": "version of a programme",
                "verbose_name_plural": "versions of programmes",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="SittingChair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.CharField(blank=True, max_length=300, verbose_name="title on that day"),
                ),
                (
                    "titles",
                    models.JSONField(blank=True, default=dict, verbose_name="title per language"),
                ),
            ],
            options={
                "verbose_name": "chair of a sitting",
                "verbose_name_plural": "chairs of sittings",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="sitting",
            name="capacity",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="places"),
        ),
        migrations.AddField(
            model_name="sitting",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8),
                blank=True,
                default=list,
                size=None,
                verbose_name="interpreted into",
            ),
        ),
        migrations.AddField(
            model_name="sitting",
            name="level",
            field=models.CharField(
                blank=True,
                choices=[
                    ("experts", "Experts"),
                    ("officials", "Senior officials"),
                    ("ministers", "Ministers"),
                    ("leaders", "Heads of government"),
                ],
                max_length=10,
                verbose_name="level",
            ),
        ),
        migrations.AddField(
            model_name="sitting",
            name="place",
            field=models.CharField(
                blank=True,
                help_text="Where it is not a room of the list: a building, a city, a plant to visit.",
                max_length=200,
                verbose_name="place",
            ),
        ),
        migrations.AlterField(
            model_name="sitting",
            name="kind",
            field=models.CharField(
                choices=[
                    ("plenary", "Plenary session"),
                    ("consultation", "Expert consultation"),
                    ("restricted", "Restricted talk"),
                    ("drafting", "Drafting committee"),
                    ("signing", "Signing"),
                    ("forum", "Business forum"),
                    ("opening", "Opening"),
                    ("closing", "Closing"),
                    ("officials", "Senior officials’ meeting"),
                    ("technical", "Technical session"),
                    ("sub_committee", "Sub-committee"),
                    ("working_group", "Working group"),
                    ("co_chairs", "Talk of the co-chairs"),
                    ("coordination", "Coordination"),
                    ("press", "Press conference"),
                    ("ceremony", "Ceremony"),
                    ("visit", "Site visit"),
                    ("meal", "Meal or reception"),
                    ("travel", "Travel"),
                ],
                default="plenary",
                max_length=15,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="meeting",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="draft",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="programmeversion",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="sittingchair",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="portal.party",
                verbose_name="side",
            ),
        ),
        migrations.AddField(
            model_name="sittingchair",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="chaired",
                to="portal.person",
            ),
        ),
        migrations.AddField(
            model_name="sittingchair",
            name="sitting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="chairs",
                to="meetings.sitting",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmeversion",
            constraint=models.UniqueConstraint(
                fields=("meeting", "number"), name="one_programme_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="sittingchair",
            constraint=models.UniqueConstraint(
                fields=("sitting", "person"), name="one_chair_per_person"
            ),
        ),
    ]
