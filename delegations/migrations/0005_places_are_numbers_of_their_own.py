"""The places of a desk become a number of places that counts everybody."""

from django.db import migrations


def move_places(apps, schema_editor):
    Desk = apps.get_model("delegations", "Desk")
    Quota = apps.get_model("delegations", "Quota")
    for desk in Desk.objects.exclude(capacity=None).iterator():
        Quota.objects.get_or_create(
            desk=desk,
            sitting=None,
            party=None,
            capacity="",
            attendance="",
            defaults={"limit": desk.capacity, "taken": desk.taken},
        )


def move_back(apps, schema_editor):
    Quota = apps.get_model("delegations", "Quota")
    overall = Quota.objects.filter(sitting=None, party=None, capacity="", attendance="")
    for quota in overall.select_related("desk"):
        quota.desk.capacity, quota.desk.taken = quota.limit, quota.taken
        quota.desk.save()


class Migration(migrations.Migration):
    dependencies = [("delegations", "0004_tables_doubles_and_headings")]

    operations = [migrations.RunPython(move_places, move_back)]
