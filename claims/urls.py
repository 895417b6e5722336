from django.urls import path

from claims import views

urlpatterns = [
    path("", views.lookup, name="lookup"),
    path("claims/<slug:slug>/", views.claim, name="claim"),
    path("sources/<slug:slug>/", views.source, name="source"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("methodology/", views.methodology, name="methodology"),
    path("about/", views.about, name="about"),
    path("about/seeds/", views.seeds, name="seeds"),
]
