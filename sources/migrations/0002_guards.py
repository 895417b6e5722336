from django.db import migrations

from sources.guards import SNAPSHOT_GUARDS, InstallGuards


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]

    operations = [InstallGuards(SNAPSHOT_GUARDS)]
