from django.urls import path

from claims import data_views, feed_views, record_views, views

urlpatterns = [
    path("", views.lookup, name="lookup"),
    path("claims/<slug:slug>/", views.claim, name="claim"),
    path("claims/<slug:slug>/claimreview.json", data_views.ClaimReview.as_view(), name="claimreview"),
    path("claims/<slug:slug>/history/", record_views.revisions, name="history"),
    path("claims/<slug:slug>/history/<int:number>/", record_views.revision, name="revision"),
    path("claims/<slug:slug>/compare/", record_views.compare, name="compare"),
    path("corrections/", record_views.corrections, name="corrections"),
    path("feed.atom", feed_views.everything, {"form": "atom"}, name="feed"),
    path("feed.rss", feed_views.everything, {"form": "rss"}, name="feed-rss"),
    path("corrections/feed.atom", record_views.corrections_feed, name="corrections-feed"),
    path("data/", data_views.data, name="data"),
    path("data/fact-checks.jsonl", data_views.JsonLines.as_view(), name="data-jsonl"),
    path("data/fact-checks.csv", data_views.Csv.as_view(), name="data-csv"),
    path("data/claimreview.json", data_views.Feed.as_view(), name="datafeed"),
    path("sources/<slug:slug>/", views.source, name="source"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
    path("speakers/<slug:slug>/feed.atom", feed_views.speaker, {"form": "atom"}, name="speaker-feed"),
    path("speakers/<slug:slug>/feed.rss", feed_views.speaker, {"form": "rss"}, name="speaker-feed-rss"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/feed.atom", feed_views.topic, {"form": "atom"}, name="topic-feed"),
    path("topics/<slug:slug>/feed.rss", feed_views.topic, {"form": "rss"}, name="topic-feed-rss"),
    path("ratings/<slug:slug>/feed.atom", feed_views.rating, {"form": "atom"}, name="rating-feed"),
    path("ratings/<slug:slug>/feed.rss", feed_views.rating, {"form": "rss"}, name="rating-feed-rss"),
    path("methodology/", views.methodology, name="methodology"),
    path("about/", views.about, name="about"),
    path("about/seeds/", views.seeds, name="seeds"),
]
