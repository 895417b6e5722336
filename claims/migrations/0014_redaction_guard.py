import re

from django.db import migrations, models

from claims.guards import HELD_MARKS, REDACTION_GUARDS
from sources.guards import InstallGuards

NAMED_TEXT = re.compile('"(?:snapshot_)?sha256":"([0-9a-f]{64})"')


def name_texts(apps, schema_editor):
    """The texts that the record names so far."""
    bodies = (
        apps.get_model("claims", "Revision")
        .objects.filter(body__contains='sha256":"')
        .order_by()
        .values_list("body", flat=True)
    )
    named = set()
    for body in bodies.iterator(chunk_size=200):
        named.update(NAMED_TEXT.findall(body))
    model = apps.get_model("claims", "NamedText")
    model.objects.bulk_create([model(sha256=sha256) for sha256 in sorted(named)], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("claims", "0013_organisation_and_typing_errors"), ("sources", "0004_held_snapshots")]

    operations = [
        migrations.CreateModel(
            name="NamedText",
            fields=[
                (
                    "sha256",
                    models.CharField(
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                        verbose_name="SHA-256 of the text",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HeldMark",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_held_mark"),
                ],
            },
        ),
        migrations.RunPython(name_texts, migrations.RunPython.noop),
        InstallGuards((*REDACTION_GUARDS, *HELD_MARKS)),
    ]
