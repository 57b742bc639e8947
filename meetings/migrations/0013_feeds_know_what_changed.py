"""The database itself says whose calendars a transaction changed."""

from django.db import migrations, models

# Each transaction that changes what a calendar link shows leaves its number here: for one person
# where only that person's calendars can change, else for everybody. Rows are only ever added, so
# that writers never wait for one another; whoever holds a snapshot of an earlier moment asks
# which numbers it did not see.
CHANGES = """
CREATE TABLE meetings_calendarchange (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    person_id bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE NULLS NOT DISTINCT (xid, person_id)
);

CREATE FUNCTION meetings_calendar_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO meetings_calendarchange (person_id) VALUES (NULL) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION meetings_calendar_changed_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO meetings_calendarchange (person_id)
        VALUES ((to_jsonb(OLD) ->> TG_ARGV[0])::bigint) ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO meetings_calendarchange (person_id)
        VALUES ((to_jsonb(NEW) ->> TG_ARGV[0])::bigint) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
"""

NO_CHANGES = """
DROP FUNCTION meetings_calendar_changed_of();
DROP FUNCTION meetings_calendar_changed();
DROP TABLE meetings_calendarchange;
"""

ALL = "INSERT OR DELETE OR UPDATE"
# What everybody's calendar may show, and when it changes.
SHARED = {
    "meetings_sitting": ALL,
    "meetings_sittingchair": ALL,
    "meetings_meeting": ALL,
    "meetings_meetingnumber": ALL,
    "meetings_body": ALL,
    "meetings_bodyparty": ALL,
    "meetings_area": "UPDATE",
    "meetings_room": "UPDATE",
    "portal_party": "UPDATE",
    "portal_user": "UPDATE OF is_active, person_id",
}
# What one person's calendars alone depend on, with the column that names the person.
PERSONAL = {
    "meetings_appointment": (ALL, "person_id"),
    "portal_person": ("UPDATE OF language, zone, party_id", "id"),
}


def triggers() -> str:
    """One trigger a table: by statement for everybody, by row for one person."""
    shared = [
        f"CREATE TRIGGER calendar_changed AFTER {when} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION meetings_calendar_changed();"
        for table, when in SHARED.items()
    ]
    personal = [
        f"CREATE TRIGGER calendar_changed AFTER {when} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION meetings_calendar_changed_of('{column}');"
        for table, (when, column) in PERSONAL.items()
    ]
    return "\n".join([*shared, *personal])


def no_triggers() -> str:
    return "\n".join(f"DROP TRIGGER calendar_changed ON {table};" for table in [*SHARED, *PERSONAL])


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0012_calendars_count_changes"),
        ("portal", "0002_former_names_and_spellings"),
    ]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="changed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last changed"),
        ),
        migrations.AddField(
            model_name="feed",
            name="etag",
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name="feed",
            name="snapshot",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="feed",
            name="fresh_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(CHANGES, NO_CHANGES),
        migrations.RunSQL(triggers(), no_triggers()),
    ]
