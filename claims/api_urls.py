from django.urls import path

from claims import api, api_lookup, check_views

urlpatterns = [
    path("lookup/", api_lookup.Lookup.as_view(), name="api-lookup"),
    path("match/", check_views.Match.as_view(), name="api-match"),
    path("claims/", api.ClaimList.as_view(), name="api-claims"),
    path("claims/<slug:slug>/", api.ClaimDetail.as_view(), name="api-claim"),
    path("claims/<slug:slug>/revisions/", api.ClaimRevisions.as_view(), name="api-revisions"),
    path("claims/<slug:slug>/revisions/<int:number>/", api.ClaimRevision.as_view(), name="api-revision"),
]
