from django.urls import path

from factcheck.webhooks import api

urlpatterns = [
    path("", api.Subscriptions.as_view(), name="api-webhooks"),
    path("<slug:identifier>/", api.OneSubscription.as_view(), name="api-webhook"),
    path("<slug:identifier>/secret/", api.Secret.as_view(), name="api-webhook-secret"),
]
