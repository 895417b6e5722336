"""What a reader asked of a page with a list, in words and in addresses. Plain values in, plain values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Asked:
    """One word list or filter that is on, and the address of the page without it."""

    name: str
    label: str
    value: str
    without: str


def query(parameters: Mapping[str, str]) -> str:
    """The query part of an address, with its question mark; parameters without a value are left out."""
    given = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def without(parameters: Mapping[str, str], *names: str, path: str = "/") -> str:
    """The address of a page without some of its parameters."""
    return path + query({name: value for name, value in parameters.items() if name not in names})


def asked(
    parameters: Mapping[str, str],
    *,
    labels: Mapping[str, str],
    choices: Mapping[str, Mapping[str, str]],
    path: str = "/",
) -> list[Asked]:
    """Each parameter that is on, in the order of `labels`; a parameter without a label is not one of ours."""
    return [
        Asked(
            name=name,
            label=label,
            value=choices.get(name, {}).get(parameters[name], parameters[name]),
            without=without(parameters, name, path=path),
        )
        for name, label in labels.items()
        if parameters.get(name)
    ]


def turned(parameters: Mapping[str, str], **place: int | None) -> str | None:
    """The query part of the same list at another place, or None where there is none."""
    if all(value is None for value in place.values()):
        return None
    return query({**parameters, **{name: str(value) for name, value in place.items() if value is not None}})
