"""Texts of earlier versions that no file and no other database can hold."""

import json
import logging

from django.db import IntegrityError, migrations, models, transaction

from problems.texts import cleaned, cleaned_tree

log = logging.getLogger("bpgrade.start")


def mend(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Put U+FFFD for NUL and lone surrogates; SQLite alone has ever taken them."""
    if schema_editor.connection.vendor != "sqlite":
        return
    rows = 0
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            holds = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if holds and not field.primary_key:
                rows += _mended(schema_editor.connection, model, field)
    if rows:
        log.warning("texts mended", extra={"bpgrade": {"rows": rows}})


def _mended(connection, model, field):  # type: ignore[no-untyped-def]
    """How many rows of a column were changed."""
    quote = connection.ops.quote_name
    table, column, key = (
        quote(name) for name in (model._meta.db_table, field.column, model._meta.pk.column)
    )
    held = f"instr({column}, char(0))"
    if isinstance(field, models.JSONField):
        held = f"{column} LIKE '%\\u0000%' OR {column} LIKE '%\\ud%'"
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, {column} FROM {table} WHERE {held}")
        for row, text in cursor.fetchall():
            whole = _whole(field, text)
            if whole == text:
                continue
            rows += 1
            update = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"
            try:
                with transaction.atomic(using=connection.alias):
                    cursor.execute(update, [whole, row])
            except IntegrityError:  # another row holds just that
                cursor.execute(update, [f"{whole[:100]}-{row}", row])
    return rows


def _whole(field, text):  # type: ignore[no-untyped-def]
    if not isinstance(field, models.JSONField):
        return cleaned(text)
    found = json.loads(text)
    kept = cleaned_tree(found)
    return text if kept == found else json.dumps(kept)


class Migration(migrations.Migration):
    """What is stored can be copied, moved and shown again."""

    dependencies = [("bpgrade", "0005_long_work")]

    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
