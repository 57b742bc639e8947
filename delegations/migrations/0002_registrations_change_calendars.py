"""A registration changes the calendars of its person, and nobody else's."""

from django.db import migrations

WATCH = """
CREATE TRIGGER calendar_changed
AFTER INSERT OR DELETE OR UPDATE OF status, person_id, meeting_id ON delegations_delegate
FOR EACH ROW EXECUTE FUNCTION meetings_calendar_changed_of('person_id');

CREATE FUNCTION delegations_programme_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO meetings_calendarchange (person_id)
    SELECT person_id FROM delegations_delegate
    WHERE id IN (COALESCE(NEW.delegate_id, OLD.delegate_id), OLD.delegate_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER calendar_changed
AFTER INSERT OR DELETE OR UPDATE ON delegations_delegate_sittings
FOR EACH ROW EXECUTE FUNCTION delegations_programme_changed();
"""

FORGET = """
DROP TRIGGER calendar_changed ON delegations_delegate_sittings;
DROP FUNCTION delegations_programme_changed();
DROP TRIGGER calendar_changed ON delegations_delegate;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0001_registration"),
        ("meetings", "0013_feeds_know_what_changed"),
    ]

    operations = [migrations.RunSQL(WATCH, FORGET)]
