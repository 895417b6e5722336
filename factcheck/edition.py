"""Which edition of the program this is: after an upgrade the same record may be shown in other words."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

_FOLDERS = ("claims", "factcheck", "sources", "templates", "requirements")
_KINDS = {".py", ".html", ".txt", ".json"}


@cache
def fingerprint() -> str:
    """Stands for the program's own files, its requirements and the style sheets it names: equal on equal servers."""
    root = Path(settings.BASE_DIR)
    files = sorted(
        path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.suffix in _KINDS
    )
    # What is found depends on it, and is in no file.
    marks = sha256(settings.EMBEDDER.encode())
    for path in (*files, Path(settings.STATIC_ROOT) / "staticfiles.json"):
        if path.is_file():
            content = path.read_bytes()
            marks.update(f"{path.name} {len(content)} ".encode() + content)
    return marks.hexdigest()
