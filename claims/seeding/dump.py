"""Writing the database's current state as seed files: the same rows always give the same bytes."""

from pathlib import Path

from claims.models import Claim, Methodology, Site, Speaker, Topic
from claims.seeding import export, files
from claims.seeding.export import Record
from claims.seeding.folder import FOLDERS
from sources.models import Publisher, Source


def contents() -> tuple[dict[str, str], list[str]]:
    """File texts by path inside the folder, and the claims left out because their text is not what is public."""
    site = Site.objects.current()
    lists: dict[str, list[Record]] = {
        "publishers": [export.publisher_record(row) for row in Publisher.objects.order_by("slug")],
        "topics": [export.topic_record(row) for row in Topic.objects.order_by("slug")],
        "speakers": [export.speaker_record(row) for row in Speaker.objects.for_documents().order_by("slug")],
    }
    made = {"site.yaml": files.text_of(export.site_record(site))}
    made |= {f"{kind}.yaml": files.text_of(records) for kind, records in lists.items() if records}
    for methodology in Methodology.objects.for_documents():
        made[f"methodologies/{methodology.version}.yaml"] = files.text_of(
            export.methodology_record(methodology)
        )
    for source in Source.objects.for_documents().order_by("slug"):
        made[f"sources/{source.slug}.yaml"] = files.text_of(export.source_record(source))
    left_out = []
    for claim in Claim.objects.for_seeds().order_by("slug"):
        if export.is_as_published(claim, site=site):
            made[f"claims/{claim.slug}.yaml"] = files.text_of(export.claim_record(claim))
        else:
            left_out.append(claim.slug)
    return made, left_out


def write(folder: Path, made: dict[str, str]) -> list[str]:
    """Write the files, and name those in the folder's places for seeds that this dump did not write."""
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    places = [folder, *(folder / kind for kind in FOLDERS)]
    present = {str(path.relative_to(folder)) for place in places for path in place.glob("*.yaml")}
    return sorted(present - set(made))
