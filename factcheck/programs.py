"""What programs are told that cannot have what they asked for: in the form of the API that was asked."""

from django.http import HttpRequest, HttpResponse

from factcheck.api import problems
from factcheck.factchecktools import answers


def refused(request: HttpRequest, status: int) -> HttpResponse | None:
    """An error that says no more than its status; None where it was no API that was asked."""
    if problems.is_api(request):
        return problems.answer(status)
    return answers.refusal(status) if answers.is_asked(request) else None
