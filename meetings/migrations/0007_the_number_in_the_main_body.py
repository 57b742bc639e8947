"""The database itself writes the number of a meeting's main body, and old statuses move over."""

from django.db import migrations
from django.db.models import F, Q

WRITE_NUMBER = """
CREATE FUNCTION meetings_write_main_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.body_id <> NEW.body_id THEN
        DELETE FROM meetings_meetingnumber WHERE meeting_id = NEW.id AND body_id = OLD.body_id;
    END IF;
    IF NEW.number IS NULL OR NEW.status = 'idea' THEN
        DELETE FROM meetings_meetingnumber WHERE meeting_id = NEW.id AND body_id = NEW.body_id;
    ELSE
        INSERT INTO meetings_meetingnumber (meeting_id, body_id, series, number)
        VALUES (NEW.id, NEW.body_id, NEW.series, NEW.number)
        ON CONFLICT (meeting_id, body_id)
        DO UPDATE SET series = EXCLUDED.series, number = EXCLUDED.number;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_main_number
AFTER INSERT OR UPDATE OF body_id, series, number, status ON meetings_meeting
FOR EACH ROW EXECUTE FUNCTION meetings_write_main_number();
"""

FORGET = """
DROP TRIGGER meetings_main_number ON meetings_meeting;
DROP FUNCTION meetings_write_main_number();
"""


def move_statuses(apps, schema_editor):
    """What was planned is agreed where every seat has given its key, and proposed elsewhere.

    Every meeting is touched, so that the trigger writes its number.
    """
    meeting_model = apps.get_model("meetings", "Meeting")
    seat_model = apps.get_model("meetings", "BodyParty")
    key_model = apps.get_model("portal", "Key")
    for meeting in meeting_model.objects.filter(status="planned"):
        day = meeting.starts_on
        seats = seat_model.objects.filter(
            Q(since=None) | Q(since__lte=day),
            Q(until=None) | Q(until__gte=day),
            body=meeting.body,
        )
        keys = key_model.objects.filter(
            content_type__app_label="meetings",
            content_type__model="meeting",
            object_id=meeting.pk,
            subject="dates",
            revision=meeting.revision,
            dropped_at=None,
        )
        wanted = set(seats.values_list("party", flat=True))
        agreed = bool(wanted) and wanted <= set(keys.values_list("party", flat=True))
        meeting.status = "agreed" if agreed else "proposed"
        meeting.save(update_fields=["status"])
    meeting_model.objects.update(number=F("number"))


def back_to_planned(apps, schema_editor):
    """The statuses before the announcement were one."""
    meetings = apps.get_model("meetings", "Meeting").objects
    meetings.filter(status__in=["idea", "proposed", "counter_proposed", "agreed"]).update(
        status="planned"
    )
    meetings.filter(status__in=["suspended", "resumed"]).update(status="in_session")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0006_deadlines_feeds_and_remarks"),
        ("portal", "0002_former_names_and_spellings"),
    ]

    operations = [
        migrations.RunSQL(WRITE_NUMBER, FORGET),
        migrations.RunPython(move_statuses, back_to_planned),
    ]
