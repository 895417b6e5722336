from django.urls import path

from claims import api, api_lookup, api_record, api_reference, check_views

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
    path("speakers/", api_reference.Speakers.as_view(), name="api-speakers"),
    path("speakers/<slug:slug>/", api_reference.Speaker.as_view(), name="api-speaker"),
    path("sources/", api_reference.Sources.as_view(), name="api-sources"),
    path("sources/<slug:slug>/", api_reference.Source.as_view(), name="api-source"),
    path("publishers/", api_reference.Publishers.as_view(), name="api-publishers"),
    path("publishers/<slug:slug>/", api_reference.Publisher.as_view(), name="api-publisher"),
    path("topics/", api_reference.Topics.as_view(), name="api-topics"),
    path("topics/<slug:slug>/", api_reference.Topic.as_view(), name="api-topic"),
    path("ratings/", api_reference.Ratings.as_view(), name="api-ratings"),
    path("ratings/<slug:slug>/", api_reference.Rating.as_view(), name="api-rating"),
    path("methodologies/", api_reference.Methodologies.as_view(), name="api-methodologies"),
    path("methodologies/<slug:slug>/", api_reference.Methodology.as_view(), name="api-methodology"),
]
