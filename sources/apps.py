from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """What was published, by whom, and where the words stand."""

    name = "sources"
    default_auto_field = "django.db.models.BigAutoField"
