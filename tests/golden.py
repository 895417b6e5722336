"""Golden files: the exact form of what is public. After a change that is meant, write them and read the difference:

GOLDEN=write make test ARGS='-k golden'
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> str:
    """What the golden file says, which is `text` after it was written anew."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
