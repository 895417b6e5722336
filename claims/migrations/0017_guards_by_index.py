from django.db import migrations

from claims.guards import GUARDS
from sources.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("claims", "0016_listing_indexes")]

    # On PostgreSQL their functions are other ones: many entries are appended at once.
    operations = [InstallGuards(GUARDS)]
