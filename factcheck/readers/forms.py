"""The two forms for readers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.legible import is_blank

LONGEST_TEXT = 5_000
LONGEST_PLACE = 2_000
LONGEST_NAME = 120
LONGEST_ADDRESS = 254


class LinesInput(forms.Textarea):
    """Several lines, as many as fit what is asked."""

    def __init__(self, rows: int) -> None:
        super().__init__(attrs={"rows": rows})


class LineField(forms.CharField):
    """What nobody can read is as empty as nothing at all."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return "" if is_blank(text) else text


class LinesField(LineField):
    """Browsers send CR LF and count one character; so do we."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value).replace("\r\n", "\n")


class ReadersForm(forms.Form):
    """A form that anybody may send. Programs fill in every field: people do not see the last."""

    name = LineField(
        label="Your name",
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Your e-mail address",
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text="If we may write back to you with questions.",
        error_messages={"invalid": "Write the whole address, as in name@example.org, or leave it out."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(
                "This field is there to catch programs, and it was filled in. Empty it and send the form again."
            )
        return ""

    @property
    def contact(self) -> str:
        """Who sent it, in one line; empty where they did not say."""
        given = (self.cleaned_data["name"], self.cleaned_data["email"])
        return ", ".join(" ".join(one.split()) for one in given if one)


class ReportForm(ReadersForm):
    field_order = ["text", "name", "email", "website"]

    text = LinesField(
        label="What is wrong?",
        max_length=LONGEST_TEXT,
        help_text="Which sentence, what is true instead, and where we can see that.",
        error_messages={"required": "Say what is wrong."},
        widget=LinesInput(8),
    )


class SuggestionForm(ReadersForm):
    field_order = ["text", "where", "who", "name", "email", "website"]

    text = LinesField(
        label="The claim",
        max_length=LONGEST_TEXT,
        help_text="In your words, or as it was said: one statement that can be true or false.",
        error_messages={"required": "Say which claim."},
        widget=LinesInput(5),
    )
    where = LinesField(
        label="Where was it made?",
        required=False,
        max_length=LONGEST_PLACE,
        help_text="A link, or a programme, a speech, a leaflet, with its day.",
        widget=LinesInput(2),
    )
    who = LineField(label="Who said it?", required=False, max_length=300)
