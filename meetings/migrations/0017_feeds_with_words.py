"""The words of calendar links: field names and what a refused one says."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0016_feeds_unchanged_by_one_question"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="feed",
            name="body",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feeds",
                to="meetings.body",
                verbose_name="body",
            ),
        ),
        migrations.AlterField(
            model_name="feed",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feeds",
                to="meetings.meeting",
                verbose_name="meeting",
            ),
        ),
        migrations.AlterConstraint(
            model_name="feed",
            name="one_live_feed_per_person_and_scope",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("user", "scope", "body", "meeting"),
                name="one_live_feed_per_person_and_scope",
                nulls_distinct=False,
                violation_error_message="You have a link for this already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="feed",
            name="a_feed_names_what_its_scope_needs",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body", None), ("meeting", None), ("scope__in", ["all", "mine"])),
                    models.Q(("body__isnull", False), ("meeting", None), ("scope", "body")),
                    models.Q(("body", None), ("meeting__isnull", False), ("scope", "meeting")),
                    _connector="OR",
                ),
                name="a_feed_names_what_its_scope_needs",
                violation_error_message="Choose the body or the meeting.",
            ),
        ),
    ]
