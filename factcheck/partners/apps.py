from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Partner newsrooms and their keys."""

    name = "factcheck.partners"
    label = "partners"
    verbose_name = "Partners"
    default_auto_field = "django.db.models.BigAutoField"
