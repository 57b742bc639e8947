import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0004_sittings_with_chairs_and_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agenda",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("provisional", "Provisional"),
                            ("agreed", "Agreed"),
                            ("adopted", "Adopted"),
                        ],
                        default="provisional",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
                ),
            ],
            options={
                "verbose_name": "agenda",
                "verbose_name_plural": "agendas",
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="place among its neighbours"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("listed", "On the agenda"),
                            ("late", "Proposed late"),
                            ("rejected", "Not added"),
                        ],
                        default="listed",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
                ),
                ("title", models.CharField(max_length=400, verbose_name="title")),
                (
                    "titles",
                    models.JSONField(blank=True, default=dict, verbose_name="title per language"),
                ),
                ("text", models.TextField(blank=True, verbose_name="explanation")),
                (
                    "is_open",
                    models.BooleanField(default=True, verbose_name="open to all registered"),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("note", "To note"),
                            ("discuss", "To discuss"),
                            ("decide", "To decide"),
                            ("adopt", "To adopt"),
                            ("sign", "To sign"),
                        ],
                        max_length=10,
                        verbose_name="expected outcome",
                    ),
                ),
            ],
            options={
                "verbose_name": "agenda item",
                "verbose_name_plural": "agenda items",
                "ordering": ["agenda", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgendaNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="note")),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "own note",
                "verbose_name_plural": "own notes",
                "ordering": ["item", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgendaSpeaker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                ("name", models.CharField(blank=True, max_length=250, verbose_name="name")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes"),
                ),
            ],
            options={
                "verbose_name": "speaker",
                "verbose_name_plural": "speakers",
                "ordering": ["item", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paper", "Paper"),
                            ("presentation", "Presentation"),
                            ("draft", "Draft text"),
                            ("signed", "Signed document"),
                            ("report", "Report"),
                            ("list", "List of participants"),
                            ("statement", "Statement"),
                            ("instrument", "Founding instrument"),
                        ],
                        default="paper",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("internal", "One side only"),
                            ("shared", "Shared working paper"),
                            ("agreed", "Agreed, not public"),
                            ("public", "Public"),
                        ],
                        max_length=10,
                        verbose_name="who may read it",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=80, verbose_name="number")),
                ("title", models.CharField(max_length=400, verbose_name="title")),
                (
                    "titles",
                    models.JSONField(blank=True, default=dict, verbose_name="title per language"),
                ),
                ("language", models.CharField(blank=True, max_length=8, verbose_name="language")),
                ("dated", models.DateField(blank=True, null=True, verbose_name="date")),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        help_text="For instance where and by whom it was signed, or what is still to come.",
                        max_length=400,
                        verbose_name="in words",
                    ),
                ),
                ("file", models.FileField(blank=True, upload_to="papers/%Y/", verbose_name="file")),
                ("link", models.URLField(blank=True, max_length=500, verbose_name="address")),
                (
                    "added_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="added"
                    ),
                ),
                (
                    "added_by",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="added by"
                    ),
                ),
            ],
            options={
                "verbose_name": "paper",
                "verbose_name_plural": "papers",
                "ordering": ["-added_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="agenda",
            name="meeting",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="agenda",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="agenda",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="meetings.agenda",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="area",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="meetings.area",
                verbose_name="area",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="children",
                to="meetings.agendaitem",
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="proposer",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: by all sides together.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="agendanote",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notes",
                to="meetings.agendaitem",
            ),
        ),
        migrations.AddField(
            model_name="agendanote",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.party"
            ),
        ),
        migrations.AddField(
            model_name="agendaspeaker",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="speakers",
                to="meetings.agendaitem",
            ),
        ),
        migrations.AddField(
            model_name="agendaspeaker",
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
            model_name="agendaspeaker",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="items",
            field=models.ManyToManyField(
                blank=True,
                related_name="papers",
                to="meetings.agendaitem",
                verbose_name="agenda items",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="meetings.meeting",
                verbose_name="meeting",
            ),
        ),
        migrations.AddField(
            model_name="paper",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="whose paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("pk")), _negated=True),
                name="no_agenda_item_is_its_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendanote",
            constraint=models.UniqueConstraint(
                fields=("item", "party"), name="one_own_note_per_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaspeaker",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False),
                    models.Q(("name", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_speaker_has_a_name",
                violation_error_message="Name the speaker.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("access", "internal"), _negated=True),
                    ("party__isnull", False),
                    _connector="OR",
                ),
                name="an_internal_paper_belongs_to_a_side",
                violation_error_message="Say whose own paper it is.",
            ),
        ),
    ]
