import django.db.models.deletion
from django.db import migrations, models

from claims.guards import SIGNATURE_GUARDS
from sources.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_seeds_page_and_differing_claims"), ("sources", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="head",
            name="key",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="identifier of the key that signs"
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="signature",
                        serialize=False,
                        to="claims.revision",
                    ),
                ),
                ("key", models.CharField(max_length=64, verbose_name="identifier of the key")),
                ("signature", models.CharField(max_length=88, verbose_name="signature in base64")),
            ],
        ),
        InstallGuards(SIGNATURE_GUARDS),
    ]
