"""Model fields that several apps share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from sources.folding import fold
from sources.languages import language_problem


def language_tag(value: str) -> None:
    """A model field's validator: raises ValidationError for what has not the form of a BCP 47 tag."""
    said = language_problem(value)
    if said:
        raise ValidationError(said, code="language")


def web_address(model: str, name: str, *, optional: bool = False) -> models.CheckConstraint:
    """The rule that an address which pages link to is a web address, whoever wrote the row."""
    allowed = models.Q(**{f"{name}__startswith": "https://"}) | models.Q(**{f"{name}__startswith": "http://"})
    return models.CheckConstraint(
        name=f"{model}_{name}_is_a_web_address",
        condition=allowed | models.Q(**{name: ""}) if optional else allowed,
        violation_error_message="Write an address that begins with https:// or http://.",
    )


class FoldedField(models.TextField):
    """The folded text of another field, stored because collations and LIKE differ between databases.

    The value is derived at every write, so nobody fills it in and nothing can forget it.
    """

    def __init__(self, *, of: str = "", **options: Any) -> None:
        self.of = of
        options.update(editable=False, blank=True)
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        options["of"] = self.of
        del options["editable"], options["blank"]
        return name, path, args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = fold(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
