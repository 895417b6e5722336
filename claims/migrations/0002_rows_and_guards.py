from django.db import migrations

from claims.guards import IDENTIFIER_GUARDS, RECORD_GUARDS
from sources.guards import InstallGuards


def make_rows(apps, schema_editor):
    """The head of the empty record, and a site that somebody has yet to name a publisher for."""
    apps.get_model("claims", "Head").objects.create(pk=1)
    apps.get_model("claims", "Site").objects.create(pk=1, name="Fact-check database")


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("sources", "0002_guards")]

    operations = [
        migrations.RunPython(make_rows, migrations.RunPython.noop),
        InstallGuards((*RECORD_GUARDS, *IDENTIFIER_GUARDS)),
    ]
