from django.urls import path

from factcheck.readers import views

urlpatterns = [
    path("claims/<slug:slug>/report/", views.report, name="report"),
    path("claims/<slug:slug>/report/sent/", views.report_sent, name="report-sent"),
    path("suggest/", views.suggest, name="suggest"),
    path("suggest/sent/", views.suggest_sent, name="suggest-sent"),
]
