"""Since when a paper waits for keys; those that wait already, since all sides were asked."""

from django.db import migrations, models

SINCE_ASKED = """
    UPDATE meetings_paper AS paper SET asked_at = (
        SELECT max(entry.at) FROM portal_entry AS entry
        JOIN django_content_type AS type ON type.id = entry.content_type_id
        WHERE type.app_label = 'meetings' AND type.model = 'paper'
          AND entry.verb = 'paper.asked' AND entry.object_id = paper.id
    )
    WHERE paper.wanted <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0022_since_when_late_points_wait")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="asked_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="when all sides were asked"
            ),
        ),
        migrations.RunSQL(SINCE_ASKED, migrations.RunSQL.noop),
    ]
