from django.apps import AppConfig


class ReadersConfig(AppConfig):
    """What readers send us, and how often."""

    name = "factcheck.readers"
    label = "readers"
    default_auto_field = "django.db.models.BigAutoField"
