"""A message may be written when it is sent, so that who registers need not wait for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0004_messages_private_to_a_side"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="writer",
            field=models.CharField(blank=True, editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name="notice",
            name="writes_of",
            field=models.PositiveBigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="notice",
            name="body",
            field=models.TextField(blank=True, verbose_name="text"),
        ),
        migrations.AlterField(
            model_name="notice",
            name="subject",
            field=models.CharField(blank=True, max_length=400, verbose_name="subject"),
        ),
    ]
