"""Who presided at one level, belonged to a delegation or came as a guest has a word of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0010_papers_with_files_and_keys")]

    operations = [
        migrations.AlterField(
            model_name="participation",
            name="capacity",
            field=models.CharField(
                choices=[
                    ("head", "Head of delegation"),
                    ("level_chair", "Co-chair at one level"),
                    ("member", "Member of the delegation"),
                    ("ambassador", "Ambassador"),
                    ("observer", "Observer"),
                    ("invited", "Invited expert"),
                    ("guest", "Guest"),
                ],
                max_length=12,
                verbose_name="capacity",
            ),
        ),
    ]
