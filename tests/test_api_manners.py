"""The manners that all lists of the API share, shown on a small list of its own: strictness, paging, problems."""

import json

import django_filters
import pytest
from django.contrib.auth.models import Group
from django.db.models import F
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from claims.paging import LARGEST_SEQUENCE, page_of, sequence_of
from factcheck.refusals import server_error

PROBLEM = "application/problem+json"


class GroupFilterSet(django_filters.FilterSet):
    name = django_filters.CharFilter()
    kind = django_filters.MultipleChoiceFilter(choices=[("a", "A"), ("b", "B")], method="ignored")
    one = django_filters.ChoiceFilter(choices=[("x", "X"), ("y", "Y")], method="ignored")
    open = django_filters.BooleanFilter(method="ignored")
    day = django_filters.DateFilter(method="ignored")
    span = django_filters.DateFromToRangeFilter(method="ignored")

    class Meta:
        model = Group
        fields: list[str] = []

    def ignored(self, queryset, name, value):
        return queryset


class GroupList(GenericAPIView):
    filterset_class = GroupFilterSet

    def get_queryset(self):
        return Group.objects.annotate(sequence=F("id")).order_by("name")

    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([row.sequence for row in page])


class GroupDetail(GroupList):
    def get(self, request, pk):
        return Response(self.filter_queryset(self.get_queryset()).filter(pk=pk).count())


class Faulty(GenericAPIView):
    def get(self, request, fault):
        if fault == "missing":
            raise Http404("No Group matches the given query.")
        raise serializers.ValidationError({"verdict": {"rating": ["Unknown."]}, "title": ["Too long."]})


def answer(view=GroupList, query="", method="get", accept="application/json", **arguments):
    request = getattr(RequestFactory(), method)(f"/list/{query}", headers={"accept": accept})
    response = view.as_view()(request, **arguments)
    response.render()
    return response, json.loads(response.content)


@pytest.fixture
def groups(db):
    """Sequences with gaps: 10, 20, ... 250. The name runs the other way, so an order by name would show."""
    Group.objects.all().delete()
    Group.objects.bulk_create([Group(id=number * 10, name=f"g{99 - number}") for number in range(1, 26)])
    return [number * 10 for number in range(25, 0, -1)]


# Strictness: the query, the parameter named, and words of the reason.
REFUSED = [
    ("?nmae=x", "nmae", ["Unknown parameter; did you mean name?", "after, before, day, kind, limit, name"]),
    ("?format=json", "format", ["Unknown parameter."]),
    ("?utm_source=x", "utm_source", ["Unknown parameter."]),
    ("?name=a&name=b", "name", ["more than once"]),
    ("?limit=1&limit=2", "limit", ["more than once"]),
    ("?name=", "name", ["Empty"]),
    ("?name=%20", "name", ["Empty"]),
    ("?before=", "before", ["Empty"]),
    ("?name=%00", "name", ["Null characters"]),
    ("?kind=a&kind=c", "kind", ["c is not one", "Allowed: a, b."]),
    ("?one=z", "one", ["Allowed: x, y."]),
    # django-filter itself answers everything here, as if nothing had been asked.
    ("?open=maybe", "open", ["not understood", "Allowed: true, false."]),
    ("?day=2022-13-01", "day", ["Write a date as 2022-10-31."]),
    ("?day_after=2022-10-10", "day_after", ["Unknown parameter"]),
    ("?span_after=x", "span_after", ["date"]),
    ("?limit=0", "limit", ["1 to 100"]),
    ("?limit=101", "limit", ["1 to 100"]),
    ("?limit=ten", "limit", ["1 to 100"]),
    ("?before=-1", "before", ["whole numbers from 0"]),
    ("?after=%2B5", "after", ["whole numbers from 0"]),
    ("?after=٣", "after", ["whole numbers from 0"]),
    (f"?after={LARGEST_SEQUENCE + 1}", "after", ["whole numbers from 0"]),
    ("?before=30&after=10", "before", ["not both"]),
]


@pytest.mark.parametrize(("query", "name", "words"), REFUSED)
def test_a_question_that_is_not_understood_is_refused(query, name, words, groups):
    response, problem = answer(query=query)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == PROBLEM
    assert list(problem) == ["type", "title", "status", "detail", "errors"]
    reasons = {error["name"]: error["reason"] for error in problem["errors"]}
    for word in words:
        assert word in reasons[name]
    assert name in problem["detail"]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_request(groups):
    _, problem = answer(query="?limit=0&x=1&one=z&before=b&name=g1")
    assert [error["name"] for error in problem["errors"]] == ["limit", "x", "one", "before"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?name=g80",
        "?kind=a&kind=b",
        "?one=x",
        "?open=true",
        "?open=false",
        "?day=2022-10-10",
        "?limit=100",
        "?span_after=2022-10-10&span_before=2022-10-12",
        "?before=0",
        f"?after={LARGEST_SEQUENCE}",
    ],
)
def test_a_good_question_is_answered(query, groups):
    response, document = answer(query=query)
    assert response.status_code == 200
    assert list(document) == ["next", "previous", "results"]


def test_a_detail_takes_no_parameters(groups):
    assert answer(GroupDetail, pk=10)[1] == 1
    for query in ("?name=g98", "?limit=5"):
        response, problem = answer(GroupDetail, query, pk=10)
        assert response.status_code == 400
        assert "takes no parameters" in problem["errors"][0]["reason"]


# Paging


@pytest.mark.parametrize("size", [1, 2, 7, 24, 25, 26])
def test_pages_lead_through_all_rows_once_and_back(size, groups, django_assert_num_queries):
    queryset = Group.objects.annotate(sequence=F("id")).order_by("name")
    pages, place = [], {}
    while place is not None:
        with django_assert_num_queries(1):
            page = page_of(queryset, size=size, **place)
        pages.append([row.sequence for row in page.rows])
        place = {"before": page.next_before} if page.next_before is not None else None
    assert [sequence for rows in pages for sequence in rows] == groups
    assert all(len(rows) == size for rows in pages[:-1])

    newer = []
    while page.previous_after is not None:
        with django_assert_num_queries(1):
            page = page_of(queryset, size=size, after=page.previous_after)
        newer = [*(row.sequence for row in page.rows), *newer]
        assert page.next_before == page.rows[-1].sequence
    assert newer == groups[: len(groups) - len(pages[-1])]


@pytest.mark.parametrize(
    ("place", "rows", "next_before", "previous_after"),
    [
        ({}, [250, 240], 240, None),
        ({"before": 999}, [250, 240], 240, None),
        # A place between two rows, as when the row that stood there was withdrawn.
        ({"before": 35}, [30, 20], 20, 30),
        ({"before": 30}, [20, 10], None, 20),
        ({"before": 10}, [], None, None),
        ({"after": 0}, [20, 10], None, 20),
        ({"after": 10}, [30, 20], 20, 30),
        ({"after": 230}, [250, 240], 240, None),
        ({"after": 250}, [], None, None),
    ],
)
def test_a_page_and_its_neighbours(place, rows, next_before, previous_after, groups):
    page = page_of(Group.objects.annotate(sequence=F("id")), size=2, **place)
    assert ([row.sequence for row in page.rows], page.next_before, page.previous_after) == (
        rows,
        next_before,
        previous_after,
    )


def test_a_page_lies_on_one_side_only():
    with pytest.raises(ValueError, match="not both"):
        page_of(Group.objects.all(), before=1, after=2, size=1)
    with pytest.raises(ValueError, match="at least one"):
        page_of(Group.objects.all(), size=0)


@pytest.mark.parametrize(
    ("text", "sequence"),
    [
        ("0", 0),
        ("007", 7),
        (str(LARGEST_SEQUENCE), LARGEST_SEQUENCE),
        *((text, None) for text in ("", " 1", "-1", "+1", "1.0", "1_000", "²", "٣", "1\n")),
        (str(LARGEST_SEQUENCE + 1), None),
    ],
)
def test_a_sequence_is_read_from_digits_only(text, sequence):
    assert sequence_of(text) == sequence


def test_links_are_whole_addresses_that_keep_the_question(groups):
    _, first = answer(query="?kind=a&kind=b&limit=10")
    assert first["results"] == groups[:10]
    assert first["previous"] is None
    assert first["next"] == "http://testserver/list/?before=160&kind=a&kind=b&limit=10"
    _, second = answer(query="?" + first["next"].partition("?")[2])
    assert second["results"] == groups[10:20]
    assert second["previous"] == "http://testserver/list/?after=150&kind=a&kind=b&limit=10"
    assert second["next"] == "http://testserver/list/?before=60&kind=a&kind=b&limit=10"


# Problems


@pytest.mark.parametrize(
    ("view", "arguments", "status", "title"),
    [
        (GroupList, {"method": "post"}, 405, "Method Not Allowed"),
        (GroupList, {"accept": "application/xml"}, 406, "Not Acceptable"),
        (Faulty, {"fault": "missing"}, 404, "Not Found"),
        (Faulty, {"fault": "invalid"}, 400, "Bad Request"),
    ],
)
def test_every_error_of_a_view_is_a_problem(view, arguments, status, title, groups):
    response, problem = answer(view, **arguments)
    assert response.status_code == status
    assert response.headers["Content-Type"] == PROBLEM
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", title, status)
    assert problem["detail"]
    assert "Group" not in problem["detail"]


def test_nested_errors_have_the_path_of_their_field(db):
    _, problem = answer(Faulty, fault="invalid")
    assert problem["errors"] == [
        {"name": "verdict.rating", "reason": "Unknown."},
        {"name": "title", "reason": "Too long."},
    ]


@pytest.mark.parametrize(
    "path", ["/api/none/", "/api/none", "/api/v1/", "/api/v2/claims/", "/api/v1/nothing", "/api/v1/%00/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses_of_the_api_are_problems(path, method, db):
    response = getattr(Client(), method)(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == PROBLEM
    assert response.json()["title"] == "Not Found"


def test_a_missing_last_slash_is_mended_for_readers(db):
    response = Client().get("/api/v1/claims?limit=5")
    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/claims/?limit=5")


def test_a_fault_of_ours_is_a_problem_without_its_words():
    response = server_error(RequestFactory().get("/api/v1/claims/"))
    assert response.status_code == 500
    assert response.headers["Content-Type"] == PROBLEM
    assert json.loads(response.content)["title"] == "Internal Server Error"


def test_a_host_that_is_not_ours_is_a_problem():
    response = Client(headers={"host": "evil.example.org"}).get("/api/v1/claims/")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == PROBLEM
