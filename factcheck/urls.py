"""Every address of the house. factcheck/audiences.py says whom each is for."""

from django.contrib import admin
from django.urls import include, path, re_path

from factcheck import refusals, wellknown
from factcheck.api import pages, problems
from factcheck.api.changes import Changes
from factcheck.api.schema import Schema
from factcheck.operations import health
from factcheck.partners.api import Submissions

urlpatterns = [
    # factcheck.operations.health answers these two before any other middleware, in its own.
    path(health.LIVE, health.livez, name=health.LIVE),
    path(health.READY, health.readyz, name=health.READY),
    path("admin/", include("factcheck.accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/", pages.home, name="api-home"),
    path("api/docs/", pages.docs, name="api-docs"),
    path("api/v1/schema/", Schema.as_view(), name="api-schema"),
    path("api/v1/changes/", Changes.as_view(), name="api-changes"),
    path("api/v1/submissions/", Submissions.as_view(), name="api-submissions"),
    path("api/v1/webhooks/", include("factcheck.webhooks.urls")),
    path("api/v1/", include("claims.api_urls")),
    re_path(r"^api(?:/.*)?$", problems.unknown_address, name=problems.UNKNOWN_ADDRESS),
    path("", include("factcheck.factchecktools.urls")),
    path(".well-known/factcheck-record", wellknown.head, name="record-head"),
    path("", include("factcheck.readers.urls")),
    path("", include("claims.urls")),
]

handler400 = refusals.bad_request
handler403 = refusals.permission_denied
handler404 = refusals.not_found
handler500 = refusals.server_error
