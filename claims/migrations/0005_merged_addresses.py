from django.db import migrations

from claims.guards import MERGED_GUARDS
from sources.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_groups"), ("sources", "0002_guards")]

    operations = [InstallGuards(MERGED_GUARDS)]
