"""The database itself counts every change that calendars have to follow."""

from django.db import migrations, models

# A sitting's count rises with whatever stands of it in a calendar, however it is changed, and
# never falls: not even when somebody saves a copy that was read before.
COUNT = """
CREATE FUNCTION meetings_count_sitting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := GREATEST(NEW.sequence, OLD.sequence + CASE WHEN
        (NEW.title, NEW.kind, NEW.area_id, NEW.mode, NEW.day, NEW.wall, NEW.minutes, NEW.zone,
         NEW.room_id, NEW.place, NEW.join_link, NEW.status)
        IS DISTINCT FROM
        (OLD.title, OLD.kind, OLD.area_id, OLD.mode, OLD.day, OLD.wall, OLD.minutes, OLD.zone,
         OLD.room_id, OLD.place, OLD.join_link, OLD.status)
        THEN 1 ELSE 0 END);
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_count_sitting BEFORE UPDATE ON meetings_sitting
FOR EACH ROW EXECUTE FUNCTION meetings_count_sitting();

CREATE FUNCTION meetings_stands(status text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN status IN ('idea', 'proposed', 'counter_proposed') THEN 'proposed'
        WHEN status IN ('postponed', 'cancelled') THEN status
        ELSE 'on'
    END
$$;

CREATE FUNCTION meetings_count_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := GREATEST(NEW.sequence, OLD.sequence + CASE WHEN
        (NEW.starts_on, NEW.ends_on, NEW.precision, NEW.place, NEW.series, NEW.number, NEW.title,
         meetings_stands(NEW.status))
        IS DISTINCT FROM
        (OLD.starts_on, OLD.ends_on, OLD.precision, OLD.place, OLD.series, OLD.number, OLD.title,
         meetings_stands(OLD.status))
        THEN 1 ELSE 0 END);
    RETURN NEW;
END $$;
CREATE TRIGGER meetings_count_meeting BEFORE UPDATE ON meetings_meeting
FOR EACH ROW EXECUTE FUNCTION meetings_count_meeting();
"""

NO_COUNT = """
DROP TRIGGER meetings_count_meeting ON meetings_meeting;
DROP FUNCTION meetings_count_meeting();
DROP FUNCTION meetings_stands(text);
DROP TRIGGER meetings_count_sitting ON meetings_sitting;
DROP FUNCTION meetings_count_sitting();
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0011_capacities_of_levels_and_guests")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="sequence",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(COUNT, NO_COUNT),
    ]
