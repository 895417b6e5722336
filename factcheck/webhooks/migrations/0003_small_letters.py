from typing import Any

from django.db import migrations

from factcheck.webhooks.addresses import normal


def write_small(apps: Any, schema_editor: Any) -> None:
    """Addresses from before hosts were kept in small letters, in the form that they have had since.

    Where a partner has two that differ in capitals alone, one has the address in small letters: that which has it
    already, else the older. The other keeps its spelling, and both are served as before: they may ask for different
    entries, and nobody but the partner knows which of them it can do without.
    """
    rows = apps.get_model("webhooks", "Subscription").objects
    for pk, partner, url in rows.order_by("pk").values_list("pk", "partner", "url"):
        small = normal(url)
        if small != url and not rows.filter(partner=partner, url=small).exists():
            rows.filter(pk=pk).update(url=small)


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_groups")]

    operations = [migrations.RunPython(write_small, migrations.RunPython.noop)]
