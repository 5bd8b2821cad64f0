"""When each field of a draft was typed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column of times beside the answers."""

    dependencies = [("bpgrade", "0001_first")]

    operations = [
        migrations.AddField(
            model_name="draft", name="times", field=models.JSONField(default=dict)
        ),
    ]
