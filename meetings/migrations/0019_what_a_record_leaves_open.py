"""What a record may leave open: the hour, the length, the mode, the date; and numbers given twice."""

import django.contrib.postgres.constraints
from django.db import migrations, models

import meetings.models.sitting

MODES = [
    ("in_person", "In person"),
    ("virtual", "Virtual"),
    ("hybrid", "Hybrid"),
    ("unknown", "Mode not known"),
]
PRECISIONS = [
    ("day", "These days"),
    ("window", "Some time between these days"),
    ("month", "Some time in the month"),
    ("year", "Some time in the year"),
    ("unknown", "Not known"),
]

# A meeting that bears another one's number on record says why; so does the row of its number.
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
        INSERT INTO meetings_meetingnumber (meeting_id, body_id, series, number, is_again)
        VALUES (NEW.id, NEW.body_id, NEW.series, NEW.number, NEW.number_reason <> '')
        ON CONFLICT (meeting_id, body_id)
        DO UPDATE SET series = EXCLUDED.series, number = EXCLUDED.number,
            is_again = EXCLUDED.is_again;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER meetings_main_number ON meetings_meeting;
CREATE TRIGGER meetings_main_number AFTER INSERT
OR UPDATE OF body_id, series, number, status, number_released, number_reason ON meetings_meeting
FOR EACH ROW EXECUTE FUNCTION meetings_write_main_number();
"""

FORGET = """
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
"""


class Migration(migrations.Migration):
    dependencies = [("meetings", "0018_rooms_kept_for_those_who_may_know")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="number_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=300,
                verbose_name="why its number is another meeting’s too",
            ),
        ),
        migrations.AddField(
            model_name="meetingnumber",
            name="is_again",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RemoveConstraint(model_name="meetingnumber", name="one_meeting_per_number"),
        migrations.AddConstraint(
            model_name="meetingnumber",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_again", False)),
                fields=("body", "series", "number"),
                name="one_meeting_per_number",
                violation_error_message="This body already has a meeting with this number. Choose the next free one.",
            ),
        ),
        migrations.RunSQL(WRITE_NUMBER, FORGET),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number_reason", ""),
                    models.Q(
                        ("number__isnull", False),
                        ("status__in", ("held", "closed", "cancelled")),
                    ),
                    _connector="OR",
                ),
                name="only_what_is_over_bears_a_number_again",
                violation_error_message="Only a meeting that is over can have another meeting’s number, with the reason. A new one takes the next free number.",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="mode",
            field=models.CharField(
                default="virtual", choices=MODES, max_length=10, verbose_name="mode"
            ),
        ),
        migrations.AlterField(
            model_name="sitting",
            name="mode",
            field=models.CharField(
                default="virtual", choices=MODES, max_length=10, verbose_name="mode"
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="mode",
            field=models.CharField(choices=MODES, max_length=10, verbose_name="mode"),
        ),
        migrations.AlterField(
            model_name="timing",
            name="mode",
            field=models.CharField(blank=True, choices=MODES, max_length=10, verbose_name="mode"),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="precision",
            field=models.CharField(
                choices=PRECISIONS,
                default="day",
                max_length=10,
                verbose_name="how exactly the days are known",
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="precision",
            field=models.CharField(
                choices=PRECISIONS,
                default="day",
                max_length=10,
                verbose_name="how exactly the days are known",
            ),
        ),
        migrations.AlterField(
            model_name="timing",
            name="precision",
            field=models.CharField(
                choices=PRECISIONS,
                default="day",
                max_length=10,
                verbose_name="how exactly the days are known",
            ),
        ),
        migrations.AlterField(
            model_name="sitting",
            name="wall",
            field=models.TimeField(
                blank=True,
                help_text="Leave it empty while only the day is known.",
                null=True,
                verbose_name="begins at",
            ),
        ),
        migrations.AlterField(
            model_name="sitting",
            name="minutes",
            field=models.PositiveSmallIntegerField(
                blank=True, default=120, null=True, verbose_name="length in minutes"
            ),
        ),
        migrations.RemoveConstraint(model_name="sitting", name="no_room_is_booked_twice"),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("room__isnull", False),
                    ("wall__isnull", False),
                    models.Q(("status", "cancelled"), _negated=True),
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
        migrations.RemoveConstraint(model_name="timing", name="one_actual_timing_and_one_per_side"),
        migrations.AddConstraint(
            model_name="timing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("actual", "reported"))),
                fields=("meeting", "kind", "party", "starts_on"),
                name="one_timing_per_first_day_and_side",
                nulls_distinct=False,
                violation_error_message="A part that begins on this day stands here already.",
            ),
        ),
    ]
