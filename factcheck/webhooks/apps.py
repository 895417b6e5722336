from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """What partners are told of each entry of the record, without asking."""

    name = "factcheck.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
    default_auto_field = "django.db.models.BigAutoField"
