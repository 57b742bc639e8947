"""Since when a late point waits for keys; those that wait already, since they were proposed."""

from django.db import migrations, models

SINCE_PROPOSED = """
    UPDATE meetings_agendaitem AS item SET asked_at = entry.at
    FROM portal_entry AS entry
    JOIN django_content_type AS type ON type.id = entry.content_type_id
    WHERE type.app_label = 'meetings' AND type.model = 'agenda'
      AND entry.verb = 'agenda.late'
      AND entry.object_id = item.agenda_id AND entry.data ->> 'point' = item.title
      AND item.status = 'late'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("portal", "0003_members_of_blocs_and_former_days_of_rest"),
        ("meetings", "0021_notes_known_to_whom_they_went"),
    ]

    operations = [
        migrations.AddField(
            model_name="agendaitem",
            name="asked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="put to all sides as a late addition",
            ),
        ),
        migrations.RunSQL(SINCE_PROPOSED, migrations.RunSQL.noop),
    ]
