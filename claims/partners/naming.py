"""What a publisher's row is called that is made for a site. Pure."""

import re
from collections.abc import Collection

_LONGEST = 100


def free_identifier(site: str, taken: Collection[str]) -> str:
    """An identifier for a site: its name in letters, digits and hyphens, with a number where that is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-")[:_LONGEST] or "site"
    if base not in taken:
        return base
    return next(name for n in range(2, len(taken) + 3) if (name := f"{base}-{n}") not in taken)
