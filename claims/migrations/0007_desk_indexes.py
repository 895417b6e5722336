from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_pending_import")]

    operations = [
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(fields=["status", "claim"], name="verdict_by_status_and_claim"),
        ),
    ]
