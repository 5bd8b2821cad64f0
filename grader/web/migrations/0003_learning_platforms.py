"""Learning platforms, who comes from them, and grades on their way there."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Everything of LTI."""

    dependencies = [
        ("bpgrade", "0002_draft_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("internal", models.BooleanField(default=False)),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ToolKey",
            fields=[
                ("kid", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("pem", models.TextField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Context",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deployment", models.CharField(blank=True, max_length=255)),
                ("ident", models.CharField(max_length=255)),
                ("title", models.CharField(blank=True, max_length=255)),
                ("memberships_url", models.CharField(blank=True, max_length=1000)),
                ("lineitems_url", models.CharField(blank=True, max_length=1000)),
                ("scopes", models.JSONField(default=list)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contexts",
                        to="bpgrade.course",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("link", models.CharField(max_length=255)),
                ("title", models.CharField(blank=True, max_length=255)),
                ("lineitem_url", models.CharField(blank=True, max_length=1000)),
                ("custom", models.CharField(blank=True, max_length=24)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="bpgrade.assignment",
                    ),
                ),
                (
                    "context",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="bpgrade.context",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sub", models.CharField(max_length=255)),
                ("score", models.FloatField()),
                ("most", models.FloatField()),
                ("comment", models.TextField(blank=True)),
                ("stamp", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("refused", "Refused")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("due", models.DateTimeField(default=django.utils.timezone.now)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("sent", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outgoing",
                        to="bpgrade.member",
                    ),
                ),
                (
                    "placement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outgoing",
                        to="bpgrade.placement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Platform",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=500)),
                ("client_id", models.CharField(max_length=255)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("product", models.CharField(blank=True, max_length=60)),
                ("auth_url", models.CharField(max_length=1000)),
                ("token_url", models.CharField(max_length=1000)),
                ("keys_url", models.CharField(max_length=1000)),
                ("audience", models.CharField(blank=True, max_length=1000)),
                ("internal", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "client_id"), name="one_client_each")
                ],
            },
        ),
        migrations.CreateModel(
            name="Login",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("nonce", models.CharField(max_length=64)),
                ("browser", models.CharField(max_length=64)),
                ("asked", models.TextField(blank=True)),
                ("begun", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bpgrade.platform",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ident", models.CharField(max_length=255)),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deployments",
                        to="bpgrade.platform",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="context",
            name="platform",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contexts",
                to="bpgrade.platform",
            ),
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=500)),
                ("sub", models.CharField(max_length=255)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "sub"), name="one_person_each")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(fields=("context", "link"), name="one_link_each"),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(fields=["state", "due"], name="bpgrade_out_state_5f05b9_idx"),
        ),
        migrations.AddConstraint(
            model_name="outgoing",
            constraint=models.UniqueConstraint(
                fields=("placement", "member"), name="one_row_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="deployment",
            constraint=models.UniqueConstraint(
                fields=("platform", "ident"), name="one_deployment_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="context",
            constraint=models.UniqueConstraint(
                fields=("platform", "deployment", "ident"), name="one_context_each"
            ),
        ),
    ]
