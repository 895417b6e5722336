from django.db import migrations, models

from sources.guards import SNAPSHOT_GUARDS, InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0003_language_tags"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(
                condition=models.Q(("text__isnull", False)),
                fields=["id"],
                name="snapshot_held",
            ),
        ),
        InstallGuards(SNAPSHOT_GUARDS),
    ]
