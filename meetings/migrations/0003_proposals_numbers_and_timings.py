import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.models.party


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0002_bodies_with_rules_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeetingNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "series",
                    models.CharField(
                        choices=[
                            ("ordinary", "Ordinary"),
                            ("extraordinary", "Extraordinary"),
                            ("co_chairs", "Meeting of the co-chairs"),
                            ("intersessional", "Intersessional meeting"),
                            ("national", "Meeting of one side’s own part"),
                        ],
                        max_length=15,
                        verbose_name="series",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
            ],
            options={
                "verbose_name": "number of a meeting",
                "verbose_name_plural": "numbers of meetings",
                "ordering": ["meeting", "pk"],
            },
        ),
        migrations.CreateModel(
            name="NoteVerbale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=80, verbose_name="number")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("embassy", "Embassy"),
                            ("ministry", "Foreign ministry"),
                            ("mission", "Permanent mission"),
                            ("other", "Another channel"),
                        ],
                        default="embassy",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("dated", models.DateField(verbose_name="date")),
                ("received_on", models.DateField(blank=True, null=True, verbose_name="received")),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                ("language", models.CharField(blank=True, max_length=8, verbose_name="language")),
            ],
            options={
                "verbose_name": "note verbale",
                "verbose_name_plural": "notes verbales",
                "ordering": ["-dated", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
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
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("replaced", "Answered by another proposal"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("day", "These days"),
                            ("window", "Some time between these days"),
                            ("month", "Some time in the month"),
                            ("year", "Some time in the year"),
                        ],
                        default="day",
                        max_length=10,
                        verbose_name="how exactly the days are known",
                    ),
                ),
                (
                    "zone",
                    models.CharField(
                        max_length=60,
                        validators=[portal.models.party.known_zone],
                        verbose_name="time zone of its days",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("in_person", "In person"),
                            ("virtual", "Virtual"),
                            ("hybrid", "Hybrid"),
                        ],
                        max_length=10,
                        verbose_name="mode",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                (
                    "host_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="why this host and place"
                    ),
                ),
                ("remark", models.TextField(blank=True, verbose_name="remark to the other side")),
                (
                    "by_name",
                    models.CharField(editable=False, max_length=300, verbose_name="entered by"),
                ),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Timing",
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
                            ("planned", "Planned"),
                            ("announced", "Announced"),
                            ("actual", "Held"),
                            ("reported", "As one side reports it"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("day", "These days"),
                            ("window", "Some time between these days"),
                            ("month", "Some time in the month"),
                            ("year", "Some time in the year"),
                        ],
                        default="day",
                        max_length=10,
                        verbose_name="how exactly the days are known",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "In person"),
                            ("virtual", "Virtual"),
                            ("hybrid", "Hybrid"),
                        ],
                        max_length=10,
                        verbose_name="mode",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("reason", models.TextField(blank=True, verbose_name="why it did not hold")),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="entered"
                    ),
                ),
            ],
            options={
                "verbose_name": "timing",
                "verbose_name_plural": "timings",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="meeting",
            name="one_meeting_per_number",
        ),
        migrations.RemoveConstraint(
            model_name="meeting",
            name="meetings_are_counted_from_one",
        ),
        migrations.AddField(
            model_name="meeting",
            name="host_reason",
            field=models.CharField(
                blank=True,
                help_text="Needed where the turn is another side’s: a third place, the margins of …",
                max_length=300,
                verbose_name="why this host and place",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="precision",
            field=models.CharField(
                choices=[
                    ("day", "These days"),
                    ("window", "Some time between these days"),
                    ("month", "Some time in the month"),
                    ("year", "Some time in the year"),
                ],
                default="day",
                max_length=10,
                verbose_name="how exactly the days are known",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="prepared_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="proposer",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="side",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="the side that keeps it to itself",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="number",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="series",
            field=models.CharField(
                choices=[
                    ("ordinary", "Ordinary"),
                    ("extraordinary", "Extraordinary"),
                    ("co_chairs", "Meeting of the co-chairs"),
                    ("intersessional", "Intersessional meeting"),
                    ("national", "Meeting of one side’s own part"),
                ],
                default="ordinary",
                max_length=15,
                verbose_name="series",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="status",
            field=models.CharField(
                choices=[
                    ("idea", "Idea"),
                    ("proposed", "Proposed"),
                    ("counter_proposed", "Counter-proposed"),
                    ("agreed", "Dates agreed"),
                    ("announced", "Announced"),
                    ("in_session", "In session"),
                    ("suspended", "Suspended"),
                    ("resumed", "Resumed"),
                    ("held", "Held"),
                    ("closed", "Closed"),
                    ("postponed", "Postponed"),
                    ("cancelled", "Cancelled"),
                ],
                default="proposed",
                editable=False,
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["body", "-starts_on"], name="meeting_of_body"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("number", None), _connector="OR"),
                name="meetings_are_counted_from_one",
                violation_error_message="Meetings are counted from 1.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("number__isnull", False), ("series__in", ("ordinary", "extraordinary"))
                    ),
                    models.Q(
                        models.Q(("series__in", ("ordinary", "extraordinary")), _negated=True),
                        ("number", None),
                    ),
                    _connector="OR",
                ),
                name="sessions_have_numbers_and_other_meetings_none",
                violation_error_message="Ordinary and extraordinary meetings are numbered, all others are not.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("series", "national"), _negated=True),
                    ("side__isnull", False),
                    _connector="OR",
                ),
                name="a_meeting_of_one_part_belongs_to_its_side",
                violation_error_message="Say whose own part meets.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("side", None), ("series", "national"), ("status", "idea"), _connector="OR"
                ),
                name="only_ideas_and_own_parts_belong_to_one_side",
            ),
        ),
        migrations.AddField(
            model_name="meetingnumber",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="numbers",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="meetingnumber",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="numbers",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="noteverbale",
            name="addressee",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: to all other sides.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="noteverbale",
            name="body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="meetings.body",
            ),
        ),
        migrations.AddField(
            model_name="noteverbale",
            name="in_reply_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="meetings.noteverbale",
                verbose_name="in reply to",
            ),
        ),
        migrations.AddField(
            model_name="noteverbale",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="meetings.meeting",
                verbose_name="meeting",
            ),
        ),
        migrations.AddField(
            model_name="noteverbale",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="from",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="host",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="host",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="proposals",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="note",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="meetings.noteverbale",
                verbose_name="note verbale",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="timing",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="timings",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="timing",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="as which side has it",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingnumber",
            constraint=models.UniqueConstraint(
                fields=("body", "series", "number"),
                name="one_meeting_per_number",
                violation_error_message="This body already has a meeting with this number. Choose the next free one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingnumber",
            constraint=models.UniqueConstraint(
                fields=("meeting", "body"), name="one_number_per_meeting_and_body"
            ),
        ),
        migrations.AddConstraint(
            model_name="noteverbale",
            constraint=models.UniqueConstraint(
                fields=("sender", "reference", "dated"),
                name="one_note_per_number_and_date",
                violation_error_message="A note of this number and date is in the register.",
            ),
        ),
        migrations.AddConstraint(
            model_name="noteverbale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("addressee", None),
                    models.Q(("addressee", models.F("sender")), _negated=True),
                    _connector="OR",
                ),
                name="a_note_goes_to_another_side",
                violation_error_message="A note goes to another side than its sender.",
            ),
        ),
        migrations.AddConstraint(
            model_name="noteverbale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_on", None), ("received_on__gte", models.F("dated")), _connector="OR"
                ),
                name="a_note_is_received_after_it_was_written",
                violation_error_message="A note cannot be received before its date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="proposal_ends_after_it_begins",
                violation_error_message="The last day comes before the first day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("meeting",),
                name="one_open_proposal_per_meeting",
                violation_error_message="Another proposal is open. Answer that one first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="timing",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="timing_ends_after_it_begins",
                violation_error_message="The last day comes before the first day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="timing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reported"), ("party__isnull", False)),
                    models.Q(models.Q(("kind", "reported"), _negated=True), ("party", None)),
                    _connector="OR",
                ),
                name="what_one_side_reports_names_the_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="timing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("actual", "reported"))),
                fields=("meeting", "kind", "party"),
                name="one_actual_timing_and_one_per_side",
                nulls_distinct=False,
            ),
        ),
    ]
