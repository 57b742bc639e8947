"""What was written while a meeting was one side's idea stays with that side.

The history of an idea is private to its side; its last private line tells until when.
"""

from django.db import migrations

MESSAGES_OF_IDEAS = """
    UPDATE portal_notice AS notice SET private_to_id = known.side
    FROM (
        SELECT entry.content_type_id, entry.object_id,
               entry.private_to_id AS side, max(entry.at) AS until
        FROM portal_entry AS entry
        JOIN django_content_type AS type ON type.id = entry.content_type_id
        WHERE type.app_label = 'meetings' AND type.model = 'meeting'
          AND entry.private_to_id IS NOT NULL
        GROUP BY entry.content_type_id, entry.object_id, entry.private_to_id
    ) AS known
    WHERE notice.content_type_id = known.content_type_id
      AND notice.object_id = known.object_id
      AND notice.created_at <= known.until + interval '1 second'
"""
MESSAGES_OF_ONE_SIDE = """
    UPDATE portal_notice AS notice SET private_to_id = meeting.side_id
    FROM meetings_meeting AS meeting, django_content_type AS type
    WHERE type.app_label = 'meetings' AND type.model = 'meeting'
      AND notice.content_type_id = type.id AND notice.object_id = meeting.id
      AND meeting.side_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("portal", "0004_messages_private_to_a_side"),
        ("meetings", "0023_since_when_papers_wait"),
    ]

    operations = [
        migrations.RunSQL(MESSAGES_OF_IDEAS, migrations.RunSQL.noop),
        migrations.RunSQL(MESSAGES_OF_ONE_SIDE, migrations.RunSQL.noop),
    ]
