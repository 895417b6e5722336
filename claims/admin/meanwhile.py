"""Two people changed one record: what each did, field by field, and what a form sends that holds both."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import QueryDict

from claims.admin.forms import number
from claims.admin.shown import (
    LOCKED,
    Part,
    State,
    Value,
    Values,
    is_touched,
    keys_of,
    label_of,
    name_of_row,
    plain,
    posted,
    typed,
    watched,
    words_of,
)

# More rows than anybody types; a forged count must not keep the server busy.
_MOST_ROWS = 1000


@dataclass(frozen=True)
class Difference:
    """One line of what an editor is told; the texts are in words already.

    `both` where the editor changed the same thing, too; `lines` are the fields of a whole row.
    """

    where: str
    label: str = ""
    was: str | None = None
    now: str | None = None
    yours: str | None = None
    both: bool = False
    said: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        return any(text and (len(text) > 160 or "\n" in text) for text in (self.was, self.now, self.yours))


@dataclass(frozen=True)
class Place:
    """Where one value stands: of which model, as which field, in a row that is called `where`."""

    where: str
    model: type[models.Model]
    name: str
    field: forms.Field | None


class Comparison:
    """What was shown (None: nobody can say), what is stored now and what was typed, brought together.

    `post` is what a form sends that keeps every field the editor changed, takes the stored value of all others, and has
    the rows that are there now; `differences` says what the editor has to know.
    """

    def __init__(
        self, *, post: QueryDict, shown: State | None, now: State, form: Any, parts: list[Part]
    ) -> None:
        self.sent = post
        self.post = post.copy()
        self.known = shown is not None
        self.differences: list[Difference] = []
        shown = shown or now
        self._compare_main(shown.main, now.main, form)
        for part in parts:
            self._compare_rows(shown.rows.get(part.prefix, {}), now.rows[part.prefix], part)

    def _compare_main(self, shown: Values, now: Values, form: Any) -> None:
        fields = watched(form)
        for name, stored in now.items():
            place = Place("", type(form.instance), name.removeprefix(LOCKED), fields.get(name))
            before, html_name = shown.get(name, stored), form.add_prefix(name)
            sent = self._sent(place, html_name, before)
            if place.field and sent == before and stored != before:
                for key in keys_of(self.post, html_name):
                    del self.post[key]
                self._put(posted(place.field.widget, html_name, form[name].initial, place.field))
            self._tell(place, before, stored, sent)
            self._tell_locked(place, name, shown, stored, html_name)

    def _compare_rows(self, shown: dict[str, Values], now: dict[str, Values], part: Part) -> None:
        count, total = (_count(self.sent, part, name) for name in (INITIAL_FORM_COUNT, TOTAL_FORM_COUNT))
        at = {self.sent.get(f"{part.prefix}-{index}-{part.key}", ""): index for index in range(count)}
        for key in [key for key in self.post if key.startswith(f"{part.prefix}-")]:
            del self.post[key]
        for index, form in enumerate(part.formset.initial_forms):
            key = str(form.instance.pk)
            self.post[f"{part.prefix}-{index}-{part.key}"] = key
            if key in shown:
                self._compare_row(index, form, part, shown[key], now[key], at.get(key))
            else:
                for name, mine in part.fields.items():
                    self._put(posted(mine.widget, f"{part.prefix}-{index}-{name}", form[name].initial, mine))
                where = name_of_row(part, now[key], index + 1)
                self.differences.append(
                    Difference(where, said="was added", lines=self._lines(part, now[key]))
                )
        gone = [*shown, *(key for key in at if key and key not in shown)]
        for place, key in enumerate(gone, start=1):
            if key not in now:
                self._removed(part, shown.get(key, {}), at.get(key), place)
        for offset, index in enumerate(range(count, max(count, total))):
            old, new = f"{part.prefix}-{index}-", f"{part.prefix}-{len(now) + offset}-"
            self._put({new + k[len(old) :]: self.sent.getlist(k) for k in self.sent if k.startswith(old)})
        self.post[f"{part.prefix}-{INITIAL_FORM_COUNT}"] = str(len(now))
        self.post[f"{part.prefix}-{TOTAL_FORM_COUNT}"] = str(len(now) + max(0, total - count))

    def _compare_row(
        self, index: int, form: Any, part: Part, shown: Values, now: Values, at: int | None
    ) -> None:
        new, old = f"{part.prefix}-{index}-", f"{part.prefix}-{at}-"
        where = name_of_row(part, now, index + 1)
        for name, stored in now.items():
            place = Place(where, part.formset.model, name.removeprefix(LOCKED), part.fields.get(name))
            before = shown.get(name, stored)
            sent = before if at is None else self._sent(place, old + name, before)
            if place.field and sent == before:
                self._put(posted(place.field.widget, new + name, form[name].initial, place.field))
            elif place.field:
                kept = keys_of(self.sent, old + name)
                self._put({new + key[len(old) :]: self.sent.getlist(key) for key in kept})
            self._tell(place, before, stored, sent)
            self._tell_locked(place, name, shown, stored, old + place.name)
        if at is not None and old + DELETION_FIELD_NAME in self.sent:
            self.post[new + DELETION_FIELD_NAME] = "on"
            if now != shown:
                said = "was changed, and you chose to remove it: it is still marked for removal"
                self.differences.append(Difference(where, both=True, said=said))

    def _removed(self, part: Part, shown: Values, at: int | None, place: int) -> None:
        """A row that is gone: what was typed into it is shown, to be copied."""
        mine: Values = {}
        if at is not None:
            old = f"{part.prefix}-{at}-"
            if old + DELETION_FIELD_NAME in self.sent:
                return
            for name, own in part.fields.items():
                sent = self._sent(Place("", part.formset.model, name, own), old + name, shown.get(name, ""))
                if sent != shown.get(name, ""):
                    mine[name] = sent
        where = name_of_row(part, shown or mine, place)
        if mine:
            said = "is not there any more. What you had typed into it, to copy"
            self.differences.append(Difference(where, both=True, said=said, lines=self._lines(part, mine)))
        elif shown:
            self.differences.append(Difference(where, said="was removed", lines=self._lines(part, shown)))

    def _sent(self, place: Place, html_name: str, before: Value) -> Value:
        """What was typed for a value; what was shown where nothing was, or nothing can be."""
        if place.field is None:
            return before
        sent = typed(place.field, self.sent, html_name)
        return sent if is_touched(place.field, before, sent) else before

    def _tell(self, place: Place, before: Value, now: Value, sent: Value) -> None:
        if sent == now or (self.known and before == now):
            return

        def words(value: Value) -> str:
            return words_of(place.model, place.field, place.name, value)

        both = sent != before
        self.differences.append(
            Difference(
                place.where,
                label=label_of(place.model, place.field, place.name),
                was=words(before) if self.known else None,
                now=words(now),
                yours=words(sent) if both else None,
                both=both,
            )
        )

    def _tell_locked(self, place: Place, name: str, shown: Values, now: Value, html_name: str) -> None:
        """Say what was typed into a field that does not change any more."""
        sent = plain(self.sent.get(html_name))
        if name.startswith(LOCKED) and place.name in shown and sent not in ("", shown[place.name]):
            label = label_of(place.model, None, place.name)
            said = "cannot be changed any more; what you typed, to copy"
            stored = ("Stored", words_of(place.model, None, place.name, now))
            self.differences.append(
                Difference(
                    place.where, label=label, both=True, said=said, lines=[stored, ("Yours", str(sent))]
                )
            )

    def _lines(self, part: Part, values: Values) -> list[tuple[str, str]]:
        model, fields = part.formset.model, part.fields
        named = [(name.removeprefix(LOCKED), value) for name, value in values.items()]
        return [
            (label_of(model, fields.get(name), name), words_of(model, fields.get(name), name, value))
            for name, value in named
            if _says_something(value)
        ]

    def _put(self, sent: dict[str, list[str]]) -> None:
        for key, values in sent.items():
            self.post.setlist(key, values)


def everything_typed(post: QueryDict, form: Any, parts: list[Part]) -> list[Difference]:
    """All that was typed into a form whose record is gone, to be copied."""
    main = watched(form)
    values = {name: typed(one, post, form.add_prefix(name)) for name, one in main.items()}
    told = _yours("", type(form.instance), main, values)
    for part in parts:
        fields = part.fields
        for index in range(_count(post, part, TOTAL_FORM_COUNT)):
            row = {name: typed(one, post, f"{part.prefix}-{index}-{name}") for name, one in fields.items()}
            told += _yours(name_of_row(part, row, index + 1), part.formset.model, fields, row)
    return told


def _yours(
    where: str, model: type[models.Model], fields: dict[str, forms.Field], values: Values
) -> list[Difference]:
    return [
        Difference(
            where,
            label=label_of(model, fields[name], name),
            yours=words_of(model, fields[name], name, value),
        )
        for name, value in values.items()
        if _says_something(value)
    ]


def _count(post: QueryDict, part: Part, name: str) -> int:
    """How many rows a form says that it sends."""
    return min(number(post.get(f"{part.prefix}-{name}", "")) or 0, _MOST_ROWS)


def _says_something(value: Value) -> bool:
    return value not in ("", [], "false")
