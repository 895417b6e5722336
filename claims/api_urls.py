from django.urls import path

from claims import api, api_lookup, api_record, api_reference, check_views
from claims.reference_documents import KINDS

urlpatterns = [
    path("lookup/", api_lookup.Lookup.as_view(), name="api-lookup"),
    path("match/", check_views.Match.as_view(), name="api-match"),
    path("claims/", api.ClaimList.as_view(), name="api-claims"),
    path("claims/<slug:slug>/", api.ClaimDetail.as_view(), name="api-claim"),
    path("claims/<slug:slug>/revisions/", api.ClaimRevisions.as_view(), name="api-revisions"),
    path("claims/<slug:slug>/revisions/<int:number>/", api.ClaimRevision.as_view(), name="api-revision"),
    path("revisions/", api_record.Entries.as_view(), name="api-entries"),
    path("revisions/<int:sequence>/", api_record.Entry.as_view(), name="api-entry"),
    path("corrections/", api_record.Corrections.as_view(), name="api-corrections"),
    path("corrections/<int:sequence>/", api_record.Correction.as_view(), name="api-correction"),
    path("reviews/", api_record.Reviews.as_view(), name="api-reviews"),
    path("ratings/", api_reference.Ratings.as_view(), name="api-ratings"),
    path("ratings/<slug:slug>/", api_reference.Rating.as_view(), name="api-rating"),
    *(
        pattern
        for kind, (row, _, _) in KINDS.items()
        for pattern in (
            path(f"{kind}/", api_reference.ReferenceList.as_view(kind=kind), name=f"api-{kind}"),
            path(f"{kind}/<slug:slug>/", api_reference.ReferenceDetail.as_view(kind=kind), name=row),
        )
    ),
]
