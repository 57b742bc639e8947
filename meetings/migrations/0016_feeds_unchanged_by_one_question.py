"""Whether a calendar link's file is still what it was, as one question with a kept plan."""

from django.db import migrations

# Certain is: the link and the account live, the day is the same, and no transaction that changed
# this person's calendars has ended since the file was written. What a snapshot did not see is
# exact where instants are not: a transaction may begin before and end after. A snapshot from
# ahead of this database is of another one, from before it was restored.
UNCHANGED = """
CREATE FUNCTION meetings_feed_unchanged(wanted text, moment timestamptz)
RETURNS TABLE (feed_id bigint, validator varchar, since timestamptz, last_read timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    known record;
    seen pg_snapshot;
    lowest xid8;
BEGIN
    SELECT feed.id, feed.etag, feed.changed_at, feed.read_at, feed.snapshot, account.person_id
    INTO known
    FROM meetings_feed feed JOIN portal_user account ON account.id = feed.user_id
    WHERE feed.secret = wanted AND feed.revoked_at IS NULL AND feed.fresh_until > moment
    AND account.is_active;
    IF NOT FOUND OR known.snapshot = '' THEN
        RETURN;
    END IF;
    seen := known.snapshot::pg_snapshot;
    lowest := pg_snapshot_xmin(seen);
    IF pg_snapshot_xmax(seen) > pg_snapshot_xmax(pg_current_snapshot()) OR EXISTS (
        SELECT FROM meetings_calendarchange change
        WHERE change.xid >= lowest AND NOT pg_visible_in_snapshot(change.xid, seen)
        AND (change.person_id IS NULL OR change.person_id = known.person_id)
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT known.id, known.etag, known.changed_at, known.read_at;
END $$;
"""

FORGET = "DROP FUNCTION meetings_feed_unchanged(text, timestamptz);"


class Migration(migrations.Migration):
    dependencies = [("meetings", "0015_dossiers_between_their_steps")]

    operations = [migrations.RunSQL(UNCHANGED, FORGET)]
