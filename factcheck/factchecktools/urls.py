"""The addresses of the Fact Check Tools API: at the root of the host, without a slash at the end."""

from django.urls import path, re_path

from factcheck.factchecktools import answers, page_views, views

urlpatterns = [
    path("v1alpha1/claims:search", answers.view(get=views.claims_search), name="tools-search"),
    path("v1alpha1/claims:imageSearch", answers.view(get=views.image_search), name="tools-image-search"),
    path("v1alpha1/pages", answers.view(get=page_views.listed, post=page_views.create), name="tools-pages"),
    path(
        "v1alpha1/pages/<slug:page>",
        answers.view(get=page_views.get, put=page_views.update, delete=page_views.delete),
        name="tools-page",
    ),
    path("$discovery/rest", answers.view(get=views.description), name="tools-description"),
    re_path(r"^(?:v1alpha1|\$discovery)(?:/.*)?$", answers.unknown_address, name=answers.UNKNOWN_ADDRESS),
]
