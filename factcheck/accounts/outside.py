"""Pages in the admin's look for somebody who is not, or not wholly, signed in."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


def outside(request: HttpRequest) -> dict[str, Any]:
    """The context of such a page: nothing of the desk shows on it."""
    return {
        **admin.site.each_context(request),
        "has_permission": False,
        "is_nav_sidebar_enabled": False,
        "available_apps": [],
    }
