"""The folder of seed files as records in their shapes, each knowing where it stands."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claims.seeding import files, shape
from claims.seeding.export import Record
from claims.seeding.files import SeedError
from claims.seeding.shape import Shape

LISTS: dict[str, Shape] = {"publishers": shape.PUBLISHER, "topics": shape.TOPIC, "speakers": shape.SPEAKER}
FOLDERS: dict[str, Shape] = {
    "methodologies": shape.METHODOLOGY,
    "sources": shape.SOURCE,
    "claims": shape.CLAIM,
}


@dataclass(frozen=True)
class Placed:
    """A record and the place it was read from, for messages."""

    record: Record
    where: str

    @property
    def identifier(self) -> str:
        identifier: str = self.record.get("id") or self.record["version"]
        return identifier


@dataclass
class Seeds:
    """Everything that a folder of seed files says."""

    site: Placed | None = None
    kinds: dict[str, list[Placed]] = field(default_factory=dict)


def read_folder(folder: Path) -> Seeds:
    """Read and check the shape of every file; raises SeedError at the first that cannot be used."""
    if not folder.is_dir():
        raise SeedError(f"There is no folder {folder}. Name the folder of seed files with --seeds.")
    known = {"site.yaml", *(f"{kind}.yaml" for kind in LISTS)}
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in found:
        inside = path.relative_to(folder)
        in_place = str(inside) in known or (
            len(inside.parts) == 2 and inside.parts[0] in FOLDERS and inside.suffix == ".yaml"
        )
        if not in_place:
            raise SeedError(f"{inside}: no seed file belongs here; see docs/seeds.md for the layout.")
    seeds = Seeds(kinds={kind: [] for kind in (*LISTS, *FOLDERS)})
    for path in found:
        name = str(path.relative_to(folder))
        value = files.read(path, name=name)
        if name == "site.yaml":
            seeds.site = Placed(shape.read(value, shape.SITE, where=name), name)
        elif path.parent == folder:
            seeds.kinds[path.stem] = _list(value, LISTS[path.stem], name=name)
        else:
            seeds.kinds[path.parent.name].append(_one(value, FOLDERS[path.parent.name], path=path, name=name))
    for kind, records in seeds.kinds.items():
        _refuse_twice(kind, records)
    return seeds


def _list(value: Any, form: Shape, *, name: str) -> list[Placed]:
    if not isinstance(value, list):
        raise SeedError(f"{name}: a list of records is expected.")
    placed = []
    for item in value:
        record = shape.read(item, form, where=name)
        placed.append(Placed(record, f"{name}, {record['id']}"))
    return placed


def _one(value: Any, form: Shape, *, path: Path, name: str) -> Placed:
    placed = Placed(shape.read(value, form, where=name), name)
    if placed.identifier != path.stem:
        raise SeedError(
            f"{name}: the record is called {placed.identifier!r}; name the file and the record alike."
        )
    return placed


def _refuse_twice(kind: str, records: list[Placed]) -> None:
    seen: set[str] = set()
    for placed in records:
        if placed.identifier in seen:
            raise SeedError(f"{placed.where}: there are two {kind} called {placed.identifier!r}.")
        seen.add(placed.identifier)
