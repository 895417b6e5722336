"""Editors who save at the same moment: one of them wins, the others are told. Real transactions, on rows that stay."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connections
from filling import filled
from makers import make_methodology, make_speaker
from test_admin_concurrent import address, desk, shown_again, text

from claims.models import Contribution, Methodology, Rating, RatingScale, Speaker


# pytest-django makes a test database for tests that ask for `db`; its own would roll back.
@pytest.fixture(name="db")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real transactions, on rows that nothing guards; they are taken away again."""
    with django_db_blocker.unblock():
        yield
        for model in (Contribution, Speaker, Rating, RatingScale, Methodology, User, Session):
            model.objects.all().delete()


@pytest.mark.parametrize("turn", range(3))
def test_of_many_at_the_same_moment_one_saves_and_the_others_are_told(db: None, turn: int) -> None:
    speaker = make_speaker(f"at-once-{turn}", name="At Once")
    speaker.aliases.create(name="First")
    clients = [desk() for _ in range(4)]
    forms = [filled(client, address(speaker)) for client in clients]
    for number, form in enumerate(forms):
        form["aliases-0-name" if number % 2 else "description"] = f"Typed by {number}"
    start, answers = threading.Barrier(len(clients)), dict[int, Any]()

    def post(number: int) -> None:
        try:
            start.wait()
            answers[number] = clients[number].post(address(speaker), forms[number])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[number]) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409, 409, 409]
    [winner] = [number for number, answer in answers.items() if answer.status_code == 302]
    for number, answer in answers.items():
        if number != winner:
            assert f"Typed by {winner}" in text(answer)
            assert f"Typed by {number}" in str(shown_again(answer))
    speaker.refresh_from_db()
    assert [f"Typed by {winner}"] == [
        words for words in (speaker.description, speaker.aliases.get().name) if words.startswith("Typed")
    ]


def test_of_two_that_swap_ratings_at_the_same_moment_one_is_told(db: None) -> None:
    scale = make_methodology("at-once").scale
    clients = [desk(), desk()]
    forms = [filled(client, address(scale)) for client in clients]
    for form, (one, two) in zip(forms, [(0, 1), (1, 2)], strict=True):
        names = f"ratings-{one}-value", f"ratings-{two}-value"
        form |= {names[0]: form[names[1]], names[1]: form[names[0]]}
    start, answers = threading.Barrier(2), list[int]()

    def post(number: int) -> None:
        try:
            start.wait()
            answers.append(clients[number].post(address(scale), forms[number]).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    found = dict(scale.ratings.values_list("slug", "value"))
    assert found in (
        {"false": 3, "mixed": 1, "true": 5, "not-checkable": None},
        {"false": 1, "mixed": 5, "true": 3, "not-checkable": None},
    )
