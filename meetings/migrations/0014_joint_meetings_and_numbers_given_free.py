"""The database says which meetings serve several bodies; a number can be given free."""

from django.db import migrations, models

WRITE_NUMBER = """
CREATE OR REPLACE FUNCTION meetings_write_main_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.body_id <> NEW.body_id THEN
        DELETE FROM meetings_meetingnumber WHERE meeting_id = NEW.id AND body_id = OLD.body_id;
    END IF;
    IF NEW.number_released THEN
        DELETE FROM meetings_meetingnumber WHERE meeting_id = NEW.id;
    ELSIF NEW.number IS NULL OR NEW.status = 'idea' THEN
        DELETE FROM meetings_meetingnumber WHERE meeting_id = NEW.id AND body_id = NEW.body_id;
    ELSE
        INSERT INTO meetings_meetingnumber (meeting_id, body_id, series, number)
        VALUES (NEW.id, NEW.body_id, NEW.series, NEW.number)
        ON CONFLICT (meeting_id, body_id)
        DO UPDATE SET series = EXCLUDED.series, number = EXCLUDED.number;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER meetings_main_number ON meetings_meeting;
CREATE TRIGGER meetings_main_number
AFTER INSERT OR UPDATE OF body_id, series, number, status, number_released ON meetings_meeting
FOR EACH ROW EXECUTE FUNCTION meetings_write_main_number();

CREATE FUNCTION meetings_reckon_joint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_joint := EXISTS (
        SELECT 1 FROM meetings_meetingnumber
        WHERE meeting_id = NEW.id AND body_id <> NEW.body_id
    );
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_joint BEFORE INSERT OR UPDATE ON meetings_meeting
FOR EACH ROW EXECUTE FUNCTION meetings_reckon_joint();

CREATE FUNCTION meetings_touch_joint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meetings_meeting SET is_joint = is_joint
    WHERE id = COALESCE(NEW.meeting_id, OLD.meeting_id);
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_joint_number AFTER INSERT OR DELETE ON meetings_meetingnumber
FOR EACH ROW EXECUTE FUNCTION meetings_touch_joint();
UPDATE meetings_meeting SET is_joint = is_joint;
"""

FORGET = """
DROP TRIGGER meetings_joint_number ON meetings_meetingnumber;
DROP FUNCTION meetings_touch_joint();
DROP TRIGGER meetings_joint ON meetings_meeting;
DROP FUNCTION meetings_reckon_joint();
DROP TRIGGER meetings_main_number ON meetings_meeting;
CREATE OR REPLACE FUNCTION meetings_write_main_number() RETURNS trigger LANGUAGE plpgsql AS $$
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


class Migration(migrations.Migration):
    dependencies = [("meetings", "0013_feeds_know_what_changed")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="is_joint",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="meeting",
            name="number_released",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(WRITE_NUMBER, FORGET),
    ]
