import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import meetings.models.rules
import portal.models.party


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0001_bodies_meetings_items"),
        ("portal", "0002_former_names_and_spellings"),
    ]

    operations = [
        migrations.CreateModel(
            name="AreaLead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "lead organisation",
                "verbose_name_plural": "lead organisations",
                "ordering": ["area", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DeadlineRule",
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
                ("days", models.PositiveSmallIntegerField(verbose_name="how many days")),
                (
                    "unit",
                    models.CharField(
                        choices=[("days", "days"), ("working_days", "working days")],
                        default="days",
                        max_length=12,
                        verbose_name="counted in",
                    ),
                ),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("before", "before the first day"),
                            ("after", "after the last day"),
                        ],
                        default="before",
                        max_length=6,
                        verbose_name="when",
                    ),
                ),
                (
                    "by_each_side",
                    models.BooleanField(
                        default=False,
                        help_text="Otherwise it is done together.",
                        verbose_name="each side has to do it",
                    ),
                ),
            ],
            options={
                "verbose_name": "deadline rule",
                "verbose_name_plural": "deadline rules",
                "ordering": ["when", "-days", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Rules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="in force since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="in force until")),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="For instance: rules of procedure of 2019, articles 3 to 9.",
                        max_length=300,
                        verbose_name="where they stand",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                (
                    "publication",
                    models.CharField(
                        choices=[
                            ("all", "Only with the consent of every side"),
                            ("each", "Each side may publish what was agreed"),
                            ("none", "Nothing is published"),
                        ],
                        default="all",
                        max_length=10,
                        verbose_name="publication",
                    ),
                ),
                (
                    "chairing",
                    models.CharField(
                        choices=[
                            ("each_side", "Co-chairs: each side has its own"),
                            ("by_turns", "One chair: the sides take turns"),
                        ],
                        default="each_side",
                        max_length=12,
                        verbose_name="who presides",
                    ),
                ),
                (
                    "hosting",
                    models.CharField(
                        choices=[
                            ("alternates", "The sides host in turn"),
                            ("fixed", "Always in the same place"),
                            ("open", "Decided each time"),
                        ],
                        default="alternates",
                        max_length=12,
                        verbose_name="who hosts",
                    ),
                ),
                (
                    "hosting_place",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="where, if always the same place"
                    ),
                ),
                (
                    "quorum_per_side",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="members of each side that must be present",
                    ),
                ),
                (
                    "every_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="months between ordinary meetings"
                    ),
                ),
                (
                    "record_name",
                    models.CharField(
                        blank=True,
                        help_text="For instance: Protocol, Agreed minutes, Record of discussion.",
                        max_length=120,
                        verbose_name="what the body calls its record",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of procedure",
                "verbose_name_plural": "rules of procedure",
                "ordering": [models.OrderBy(models.F("since"), nulls_first=True), "pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="appointment",
            options={
                "ordering": ["office", "order", "since", "pk"],
                "verbose_name": "appointment",
                "verbose_name_plural": "appointments",
            },
        ),
        migrations.AlterModelOptions(
            name="area",
            options={
                "ordering": [models.OrderBy(models.F("number"), nulls_last=True), "pk"],
                "verbose_name": "area of cooperation",
                "verbose_name_plural": "areas of cooperation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="area",
            name="one_area_per_number",
        ),
        migrations.RemoveConstraint(
            model_name="area",
            name="one_area_per_name",
        ),
        migrations.AddField(
            model_name="appointment",
            name="order",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="order among several"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="former",
            field=models.JSONField(
                blank=True,
                default=list,
                validators=[portal.models.party.former_names],
                verbose_name="former names",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="meetings.area",
                verbose_name="merged into",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="until",
            field=models.DateField(blank=True, null=True, verbose_name="last day"),
        ),
        migrations.AddField(
            model_name="body",
            name="former",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Oldest first: a list of objects with “until” (the last day), name, names.",
                validators=[portal.models.party.former_names],
                verbose_name="former names",
            ),
        ),
        migrations.AddField(
            model_name="body",
            name="founded_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="date of the founding instrument"
            ),
        ),
        migrations.AddField(
            model_name="body",
            name="numerals",
            field=models.CharField(
                choices=[("ordinal", "As the language counts: 21st"), ("roman", "Roman: XXI")],
                default="ordinal",
                max_length=10,
                verbose_name="how its meetings are numbered",
            ),
        ),
        migrations.AddField(
            model_name="body",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("never_convened", "Never convened"),
                    ("dormant", "Dormant"),
                    ("suspended", "Suspended"),
                    ("closed", "Closed"),
                ],
                default="active",
                editable=False,
                max_length=15,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="bodyparty",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organisation",
                verbose_name="lead ministry",
            ),
        ),
        migrations.AddField(
            model_name="bodyparty",
            name="names",
            field=models.JSONField(
                blank=True, default=dict, verbose_name="what this side calls the body, per language"
            ),
        ),
        migrations.AlterField(
            model_name="appointment",
            name="office",
            field=models.CharField(
                choices=[
                    ("chair", "Co-chair"),
                    ("deputy", "Deputy co-chair"),
                    ("secretary", "Secretariat officer"),
                    ("focal_point", "Focal point"),
                ],
                max_length=20,
                verbose_name="office",
            ),
        ),
        migrations.AlterField(
            model_name="area",
            name="number",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="body",
            name="kind",
            field=models.CharField(
                choices=[
                    ("commission", "Joint commission"),
                    ("council", "Joint council"),
                    ("committee", "Committee"),
                    ("sub_commission", "Sub-commission"),
                    ("sub_committee", "Sub-committee"),
                    ("working_group", "Working group"),
                    ("sub_group", "Sub-group"),
                    ("expert_group", "Expert group"),
                    ("task_force", "Task force"),
                    ("ad_hoc", "Ad-hoc group"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("body", "number"),
                name="one_area_per_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)),
                fields=("body", "name"),
                name="one_area_per_name",
                violation_error_message="This body has an area of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into", None), ("number__isnull", False), ("until", None)),
                    models.Q(("number", None), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="an_area_in_use_has_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="no_area_merges_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="arealead",
            name="area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leads",
                to="meetings.area",
            ),
        ),
        migrations.AddField(
            model_name="arealead",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddField(
            model_name="arealead",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.party"
            ),
        ),
        migrations.AddField(
            model_name="deadlinerule",
            name="calendar_of",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: days on which every side works.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="portal.party",
                verbose_name="working days of",
            ),
        ),
        migrations.AddField(
            model_name="rules",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="deadlinerule",
            name="rules",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deadlines",
                to="meetings.rules",
            ),
        ),
        migrations.AddConstraint(
            model_name="arealead",
            constraint=models.UniqueConstraint(
                fields=("area", "party"), name="one_lead_per_area_and_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="rules",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None),
                    ("since", None),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="rules_end_after_they_begin",
                violation_error_message="Rules cannot end before they begin.",
            ),
        ),
        migrations.AddConstraint(
            model_name="rules",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("body", "="),
                    (meetings.models.rules.DateRange("since", "until", models.Value("[]")), "&&"),
                ],
                name="one_set_of_rules_a_day",
                violation_error_message="Other rules are in force in that period. End them the day before first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadlinerule",
            constraint=models.UniqueConstraint(
                fields=("rules", "what"), name="one_deadline_rule_per_thing"
            ),
        ),
    ]
