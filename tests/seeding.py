"""Loading and dumping seed files in tests, and what they change."""

import io
from pathlib import Path
from typing import Any

from django.core.management import call_command

from claims.models import Appearance, Claim, Publication, Revision, Site, Speaker, Verdict
from sources.models import Quotation, Snapshot, Source

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def load(folder: Path = SEEDS, **options: Any) -> str:
    out = io.StringIO()
    call_command("load_seeds", seeds=folder, stdout=out, **options)
    return out.getvalue()


def dump(folder: Path) -> str:
    out = io.StringIO()
    call_command("dump_seeds", folder, stdout=out)
    return out.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def state() -> str:
    """Everything that a load could change, as one text."""
    tables = (Claim, Appearance, Verdict, Quotation, Snapshot, Source, Speaker, Site, Revision, Publication)
    return repr([list(table.objects.order_by("pk").values()) for table in tables])
