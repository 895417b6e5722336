from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FactcheckConfig(AppConfig):
    name = "factcheck"
    verbose_name = "Fact-check house"


class DeskConfig(AdminConfig):
    """Django's admin, with the desk as its first page."""

    default_site = "claims.adminsite.DeskSite"
