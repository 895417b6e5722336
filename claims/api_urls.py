from django.urls import path

from claims import api

urlpatterns = [
    path("claims/", api.ClaimList.as_view(), name="api-claims"),
    path("claims/<slug:slug>/", api.ClaimDetail.as_view(), name="api-claim"),
]
