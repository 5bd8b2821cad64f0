"""Limits on rates slide; what was counted so far is forgotten, it never ended."""

import django.utils.timezone
from django.db import migrations, models


def forget(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Drop all tallies: they counted for ever."""
    apps.get_model("bpgrade", "Tally").objects.all().delete()


class Migration(migrations.Migration):
    """Tries with their times in place of one count."""

    dependencies = [("bpgrade", "0003_learning_platforms")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveField(model_name="tally", name="begun"),
        migrations.RemoveField(model_name="tally", name="count"),
        migrations.AddField(
            model_name="tally", name="tries", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="tally",
            name="until",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
        ),
    ]
