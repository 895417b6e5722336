"""Write the description of the API anew (OpenAPI 3.1): make schema."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.api import schema


class Command(BaseCommand):
    help = (
        "Writes factcheck/api/openapi.json from the addresses of the API and from factcheck/api/shapes.yaml."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # A running server does without drf-spectacular.
            from factcheck.api import openapi
        except ModuleNotFoundError as error:
            raise CommandError("This needs the development requirements: make install.") from error
        try:
            openapi.write()
        except openapi.Undescribed as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Written: {schema.DESCRIPTION}")
