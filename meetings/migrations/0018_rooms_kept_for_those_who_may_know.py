"""What one side keeps to itself takes no room from the others, who would learn of it by that."""

import django.contrib.postgres.constraints
from django.db import migrations, models

import meetings.models.sitting

# An idea keeps a room from nobody, one side's own part from that side alone, and so does a
# meeting that was called off for good. The database says so, whoever changes what and how.
KEEP = """
CREATE FUNCTION meetings_keep_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN status IN ('idea', 'cancelled') THEN NULL ELSE COALESCE(side_id, 0) END
    INTO NEW.kept_for FROM meetings_meeting WHERE id = NEW.meeting_id;
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_keep_room BEFORE INSERT OR UPDATE ON meetings_sitting
FOR EACH ROW EXECUTE FUNCTION meetings_keep_room();

CREATE FUNCTION meetings_keep_rooms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meetings_sitting SET kept_for = kept_for
    WHERE meeting_id = NEW.id AND room_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_keep_rooms AFTER UPDATE OF status, side_id ON meetings_meeting
FOR EACH ROW WHEN ((OLD.status, OLD.side_id) IS DISTINCT FROM (NEW.status, NEW.side_id))
EXECUTE FUNCTION meetings_keep_rooms();

UPDATE meetings_sitting SET kept_for = kept_for;
SET CONSTRAINTS ALL IMMEDIATE;
"""

KEEP_NO_MORE = """
DROP TRIGGER meetings_keep_rooms ON meetings_meeting;
DROP FUNCTION meetings_keep_rooms();
DROP TRIGGER meetings_keep_room ON meetings_sitting;
DROP FUNCTION meetings_keep_room();
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0017_feeds_with_words")]

    operations = [
        migrations.AddField(
            model_name="sitting",
            name="kept_for",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.RunSQL(KEEP, KEEP_NO_MORE),
        migrations.RemoveConstraint(model_name="sitting", name="no_room_is_booked_twice"),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("room__isnull", False), models.Q(("status", "cancelled"), _negated=True)
                ),
                expressions=[
                    ("room", "="),
                    ("kept_for", "="),
                    (meetings.models.sitting.TimeRange("starts_at", "ends_at"), "&&"),
                ],
                name="no_room_is_booked_twice",
                violation_error_message="This room is taken at that time. Choose another room or another time.",
            ),
        ),
    ]
