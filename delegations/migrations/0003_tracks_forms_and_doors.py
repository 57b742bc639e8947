"""Delegations by track and capacity, forms of a meeting's own, places, doors and lists."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import delegations.models.delegate
import delegations.models.identity
import delegations.models.question


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0002_registrations_change_calendars"),
        ("meetings", "0025_areas_rules_and_place_by_every_key"),
        ("portal", "0005_messages_written_later"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "value",
                    models.JSONField(blank=True, default=None, null=True, verbose_name="answer"),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        upload_to=delegations.models.question.stored_name,
                        verbose_name="file",
                    ),
                ),
                (
                    "file_name",
                    models.CharField(blank=True, max_length=255, verbose_name="name of the file"),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "ordering": ["delegate", "question"],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "way",
                    models.CharField(
                        choices=[("in", "Came in"), ("out", "Went out")],
                        max_length=3,
                        verbose_name="in or out",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("door", "At the door"), ("video", "By video")],
                        default="door",
                        max_length=5,
                        verbose_name="seen",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                (
                    "minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="minutes present"
                    ),
                ),
                (
                    "by_name",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="entered by"
                    ),
                ),
                (
                    "undone_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="undone"
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in",
                "verbose_name_plural": "check-ins",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.CharField(
                        max_length=40, verbose_name="number of the passport or identity card"
                    ),
                ),
                (
                    "issued_by",
                    models.CharField(blank=True, max_length=120, verbose_name="issued by"),
                ),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                (
                    "nationality",
                    models.CharField(blank=True, max_length=80, verbose_name="nationality"),
                ),
                (
                    "photo",
                    models.FileField(
                        blank=True,
                        upload_to=delegations.models.identity.stored_name,
                        verbose_name="photo",
                    ),
                ),
                ("erase_on", models.DateField(verbose_name="deleted on")),
            ],
            options={
                "verbose_name": "identity data",
                "verbose_name_plural": "identity data",
            },
        ),
        migrations.CreateModel(
            name="Intake",
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
                            ("nominations", "Names of a delegation"),
                            ("attendance", "Attendance list of a video platform"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name of the file")),
                ("fingerprint", models.CharField(max_length=64)),
                ("rows", models.JSONField(default=list)),
                ("choices", models.JSONField(default=dict)),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="read"),
                ),
            ],
            options={
                "verbose_name": "table that was read",
                "verbose_name_plural": "tables that were read",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="ParticipantList",
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
                            ("provisional", "Provisional list"),
                            ("final", "Final list"),
                            ("corrigendum", "Corrigendum"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="number")),
                ("blocks", models.JSONField(default=list, verbose_name="sides with their lines")),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="made"),
                ),
                ("made_by", models.CharField(blank=True, max_length=300, verbose_name="made by")),
            ],
            options={
                "verbose_name": "list of participants",
                "verbose_name_plural": "lists of participants",
                "ordering": ["meeting", "made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "A line of text"),
                            ("long_text", "Several lines of text"),
                            ("choice", "One of several"),
                            ("several", "Any of several"),
                            ("number", "A number"),
                            ("date", "A date"),
                            ("file", "A file"),
                            ("consent", "A consent"),
                        ],
                        max_length=10,
                        verbose_name="kind of answer",
                    ),
                ),
                ("label", models.CharField(max_length=400, verbose_name="question")),
                (
                    "labels",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="question per language"
                    ),
                ),
                ("hint", models.CharField(blank=True, max_length=400, verbose_name="hint")),
                (
                    "hints",
                    models.JSONField(blank=True, default=dict, verbose_name="hint per language"),
                ),
                (
                    "choices",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="A list of objects with “key”, “label” and “labels”; keys never change.",
                        verbose_name="what can be chosen",
                    ),
                ),
                (
                    "is_required",
                    models.BooleanField(default=False, verbose_name="must be answered"),
                ),
                (
                    "only_if",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="asked only depending on"
                    ),
                ),
                (
                    "only_if_is",
                    models.JSONField(
                        blank=True, default=list, verbose_name="where the answer is one of"
                    ),
                ),
                (
                    "is_identity",
                    models.BooleanField(
                        default=False,
                        verbose_name="identity data: seen by few, deleted after the meeting",
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken off the form"),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["questionnaire", "order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "track",
                    models.CharField(
                        choices=[("delegation", "Delegations"), ("open", "Open registration")],
                        max_length=10,
                        verbose_name="for whom",
                    ),
                ),
                (
                    "fields",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Which of the fields that can be left out is asked, and how.",
                        verbose_name="standard fields",
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
                ),
            ],
            options={
                "verbose_name": "registration form",
                "verbose_name_plural": "registration forms",
                "ordering": ["desk", "track"],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("head", "Head of delegation"),
                            ("deputy", "Deputy head of delegation"),
                            ("delegate", "Delegate"),
                            ("alternate", "Alternate"),
                            ("adviser", "Adviser"),
                            ("expert", "Expert"),
                            ("participant", "Participant"),
                            ("interpreter", "Interpreter"),
                            ("support", "Support staff"),
                            ("media", "Media"),
                        ],
                        max_length=12,
                        verbose_name="capacity",
                    ),
                ),
                (
                    "attendance",
                    models.CharField(
                        blank=True,
                        choices=[("in_person", "In person"), ("virtual", "By video")],
                        max_length=10,
                        verbose_name="how they take part",
                    ),
                ),
                ("limit", models.PositiveIntegerField(verbose_name="places")),
                (
                    "taken",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="places taken"
                    ),
                ),
            ],
            options={
                "verbose_name": "number of places",
                "verbose_name_plural": "numbers of places",
                "ordering": ["desk", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="delegate",
            name="one_live_registration_per_person_and_meeting",
        ),
        migrations.RemoveIndex(
            model_name="delegate",
            name="delegate_name_search",
        ),
        migrations.AddField(
            model_name="delegate",
            name="answer_by",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="to be answered by"
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="capacity",
            field=models.CharField(
                choices=[
                    ("head", "Head of delegation"),
                    ("deputy", "Deputy head of delegation"),
                    ("delegate", "Delegate"),
                    ("alternate", "Alternate"),
                    ("adviser", "Adviser"),
                    ("expert", "Expert"),
                    ("participant", "Participant"),
                    ("interpreter", "Interpreter"),
                    ("support", "Support staff"),
                    ("media", "Media"),
                ],
                default="participant",
                max_length=12,
                verbose_name="capacity",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="letters",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                to="meetings.paper",
                verbose_name="list letters and credentials",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="named_by",
            field=models.CharField(
                blank=True, editable=False, max_length=300, verbose_name="named by"
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="place",
            field=models.PositiveIntegerField(
                blank=True, editable=False, null=True, verbose_name="place in the list, set by hand"
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="rank",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (10, "Minister or head of an authority"),
                    (20, "Deputy minister or state secretary"),
                    (30, "Ambassador"),
                    (40, "Director-general or head of a department"),
                    (50, "Director or deputy head of a department"),
                    (60, "Counsellor or head of a division"),
                    (70, "Officer or specialist"),
                    (90, "Other"),
                ],
                default=90,
                verbose_name="rank of the office",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="relationship",
            field=models.CharField(
                blank=True,
                max_length=200,
                verbose_name="relation to the organisation that names them",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="delegations.delegate",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="search",
            field=delegations.models.delegate.SearchField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="delegate",
            name="track",
            field=models.CharField(
                choices=[("delegation", "Delegations"), ("open", "Open registration")],
                default="open",
                editable=False,
                max_length=10,
                verbose_name="how they came",
            ),
        ),
        migrations.AddField(
            model_name="delegate",
            name="waiting_since",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="on the waiting list since"
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="confirmed_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="confirmed"
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="letters",
            field=models.ManyToManyField(
                blank=True,
                related_name="delegations",
                to="meetings.paper",
                verbose_name="list letters and credentials",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="note",
            field=models.TextField(blank=True, verbose_name="note to the other sides"),
        ),
        migrations.AddField(
            model_name="delegation",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "Being put together"),
                    ("submitted", "Submitted"),
                    ("confirmed", "Confirmed"),
                    ("nobody", "Sends nobody"),
                ],
                default="open",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="submitted_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="submitted"
            ),
        ),
        migrations.AddField(
            model_name="desk",
            name="answer_hours",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Empty: it is theirs at once. Hours of the night in their zone do not count.",
                null=True,
                verbose_name="hours to accept a place that became free",
            ),
        ),
        migrations.AddField(
            model_name="desk",
            name="confirm_by",
            field=models.DateField(blank=True, null=True, verbose_name="confirmations are due on"),
        ),
        migrations.AddField(
            model_name="desk",
            name="is_strict",
            field=models.BooleanField(
                default=False,
                help_text="Otherwise late changes are possible, and logged as late.",
                verbose_name="nothing is taken after these days",
            ),
        ),
        migrations.AddField(
            model_name="desk",
            name="nominate_by",
            field=models.DateField(blank=True, null=True, verbose_name="names are due on"),
        ),
        migrations.AddField(
            model_name="desk",
            name="promotion",
            field=models.CharField(
                choices=[
                    ("automatic", "goes to the next who waits"),
                    ("by_hand", "is given by the secretariat"),
                ],
                default="automatic",
                max_length=10,
                verbose_name="a place that becomes free",
            ),
        ),
        migrations.AddField(
            model_name="desk",
            name="two_stages",
            field=models.BooleanField(
                default=False, verbose_name="delegations are named first and confirmed later"
            ),
        ),
        migrations.AlterField(
            model_name="delegate",
            name="status",
            field=models.CharField(
                choices=[
                    ("nominated", "Named, to be confirmed"),
                    ("pending", "Waiting for approval"),
                    ("asked", "Asked for an answer"),
                    ("waiting", "On the waiting list"),
                    ("offered", "Offered a place"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("cancelled", "Cancelled"),
                    ("removed", "Taken off the delegation"),
                ],
                default="pending",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="delegate",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["meeting", "waiting_since"],
                name="delegate_waiting_list",
            ),
        ),
        migrations.AddIndex(
            model_name="delegate",
            index=models.Index(fields=["meeting", "delegation", "id"], name="delegate_in_a_list"),
        ),
        migrations.AddIndex(
            model_name="delegate",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search", "gin_trgm_ops"),
                name="delegate_search",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegate",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["nominated", "pending", "asked", "waiting", "offered", "approved"],
                    )
                ),
                fields=("meeting", "person"),
                name="one_live_registration_per_person_and_meeting",
                violation_error_message="This person is already registered for this meeting.",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("capacity", "head"), ("status__in", ["nominated", "approved"])),
                fields=("delegation",),
                name="one_head_of_a_delegation",
                violation_error_message="The delegation has a head. Give that person another capacity first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "waiting"), _negated=True),
                    ("waiting_since__isnull", False),
                    _connector="OR",
                ),
                name="who_waits_waits_since_a_moment",
                violation_error_message="Say since when this person waits.",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="delegate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="delegations.delegate",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="delegate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="check_ins",
                to="delegations.delegate",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="sitting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="check_ins",
                to="meetings.sitting",
            ),
        ),
        migrations.AddField(
            model_name="identity",
            name="delegate",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="identity",
                to="delegations.delegate",
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="meetings.meeting"
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="portal.party",
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="sitting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="meetings.sitting",
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="participantlist",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrigenda",
                to="delegations.participantlist",
            ),
        ),
        migrations.AddField(
            model_name="participantlist",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="participant_lists",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="delegations.question",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="desk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questionnaires",
                to="delegations.desk",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="questionnaire",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questions",
                to="delegations.questionnaire",
            ),
        ),
        migrations.AddField(
            model_name="quota",
            name="desk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="quotas",
                to="delegations.desk",
            ),
        ),
        migrations.AddField(
            model_name="quota",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.party",
                verbose_name="side",
            ),
        ),
        migrations.AddField(
            model_name="quota",
            name="sitting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="quotas",
                to="meetings.sitting",
                verbose_name="sitting",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(
                condition=models.Q(("undone_at", None)),
                fields=["sitting", "delegate", "-at"],
                name="check_in_of_a_sitting",
            ),
        ),
        migrations.AddConstraint(
            model_name="participantlist",
            constraint=models.UniqueConstraint(
                fields=("meeting", "kind", "number"), name="one_list_of_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="participantlist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "final")),
                fields=("meeting",),
                name="one_final_list_per_meeting",
                violation_error_message="There is a final list. What has to be mended goes into a corrigendum.",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("delegate", "question"), name="one_answer_per_delegate_and_question"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.UniqueConstraint(
                fields=("desk", "track"),
                name="one_questionnaire_per_track",
                violation_error_message="There is a form for these people already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["choice", "several"]), _negated=True),
                    models.Q(("choices", []), _negated=True),
                    _connector="OR",
                ),
                name="what_is_chosen_from_has_choices",
                violation_error_message="Write at least one thing that can be chosen.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.UniqueConstraint(
                fields=("desk", "sitting", "party", "capacity", "attendance"),
                name="one_quota_for_the_same_people",
                nulls_distinct=False,
                violation_error_message="There is a number of places for just these already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__lte", models.F("limit"))),
                name="no_quota_is_oversold",
                violation_error_message="More people are registered than this. Choose at least as many places.",
            ),
        ),
    ]
