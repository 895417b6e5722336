"""Where a merged reference row went: what the record called it, and what is left of it.

Published bodies keep the identifiers that they were published with; whoever reads one asks here what they are now.
"""

from collections.abc import Iterable, Mapping

from claims.models import Redirect
from claims.subjects import identifier_of


def among(subjects: Iterable[str]) -> dict[str, str]:
    """The merged ones among `subjects`, each with the subject that is left."""
    return dict(Redirect.objects.filter(subject__in=set(subjects)).values_list("subject", "into"))


def every() -> dict[str, str]:
    """Every merged subject, with the one that is left."""
    return dict(Redirect.objects.values_list("subject", "into"))


def now(kind: str, identifier: str, moved: Mapping[str, str]) -> str:
    """What a row that was once called `identifier` is called today; `moved` is what `among` or `every` found."""
    subject = f"{kind}/{identifier}"
    return identifier_of(moved.get(subject, subject))


def former(kind: str, identifier: str) -> set[str]:
    """The identifiers of the rows that were merged into this one."""
    subjects = Redirect.objects.filter(into=f"{kind}/{identifier}").values_list("subject", flat=True)
    return {identifier_of(subject) for subject in subjects}


def taken(kind: str, identifier: str) -> str | None:
    """Why a row cannot be called so: the address leads to another row. None where it is free."""
    into = among([f"{kind}/{identifier}"]).get(f"{kind}/{identifier}")
    if into is None:
        return None
    return (
        f"“{identifier}” was merged into “{identifier_of(into)}”, and its address leads there: "
        "choose another identifier."
    )
