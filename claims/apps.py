from django.apps import AppConfig
from django.core.checks import Tags, register


class ClaimsConfig(AppConfig):
    """Our work on what was said: claims, verdicts, the public record."""

    name = "claims"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from claims.guards import check_guards

        register(check_guards, Tags.database)
