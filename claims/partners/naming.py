"""What is called after a site: a publisher's row, a partner's fact-check, a page. Pure."""

import re
from collections.abc import Collection
from functools import lru_cache

# Of the 120 characters of an identifier up to 17 come behind: a hyphen with a digest, or with a number.
_LONGEST = 100


@lru_cache(maxsize=256)
def after_site(site: str) -> str:
    """The name of a site in letters, digits and hyphens; "site" where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", site.lower())[:_LONGEST].strip("-") or "site"


def free_identifier(site: str, taken: Collection[str]) -> str:
    """An identifier for a site: what is called after it, with a number where that is taken."""
    base = after_site(site)
    if base not in taken:
        return base
    return next(name for n in range(2, len(taken) + 3) if (name := f"{base}-{n}") not in taken)
