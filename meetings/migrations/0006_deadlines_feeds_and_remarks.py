import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import meetings.models.feed


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0005_agendas_and_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("invitation", "Invitation sent"),
                            ("agenda_draft", "Provisional agenda circulated"),
                            ("agenda_items", "Proposals for the agenda"),
                            ("agenda_agreed", "Agenda agreed"),
                            ("delegations", "Delegation lists sent"),
                            ("papers", "Papers sent"),
                            ("minutes", "Minutes ready"),
                            ("report", "Report to the body above"),
                        ],
                        max_length=15,
                        verbose_name="what is due",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "met_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="done"),
                ),
                (
                    "met_by",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="done by"
                    ),
                ),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "ordering": ["due_on", "what", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "Everything I may see"),
                            ("mine", "What concerns me"),
                            ("body", "One body"),
                            ("meeting", "One meeting"),
                        ],
                        max_length=10,
                        verbose_name="what it holds",
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        default=meetings.models.feed.new_secret,
                        editable=False,
                        max_length=60,
                        unique=True,
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                (
                    "read_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last read"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="revoked"),
                ),
            ],
            options={
                "verbose_name": "calendar link",
                "verbose_name_plural": "calendar links",
                "ordering": ["scope", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                ("text", models.TextField(blank=True, verbose_name="remark")),
                (
                    "texts",
                    models.JSONField(blank=True, default=dict, verbose_name="remark per language"),
                ),
                (
                    "source",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the source"
                    ),
                ),
            ],
            options={
                "verbose_name": "remark",
                "verbose_name_plural": "remarks",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.AddField(
            model_name="deadline",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deadlines",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="deadline",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="by which side",
            ),
        ),
        migrations.AddField(
            model_name="deadline",
            name="rule",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="meetings.deadlinerule",
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="body",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feeds",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feeds",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feeds",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="whose source",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(fields=["due_on"], name="deadline_due"),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                fields=("meeting", "what", "party"),
                name="one_deadline_per_thing_and_side",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("user", "scope", "body", "meeting"),
                name="one_live_feed_per_person_and_scope",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", None), ("meeting", None), ("scope__in", ["all", "mine"])),
                    models.Q(("body__isnull", False), ("meeting", None), ("scope", "body")),
                    models.Q(("body", None), ("meeting__isnull", False), ("scope", "meeting")),
                    _connector="OR",
                ),
                name="a_feed_names_what_its_scope_needs",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), ("text", ""), _negated=True),
                name="a_remark_says_or_names_something",
            ),
        ),
    ]
