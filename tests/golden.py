"""Golden files: the exact form of what is public. After a change that is meant, write them and read the difference:

GOLDEN=write make test ARGS='-k golden'
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def agrees(name: str, text: str) -> None:
    """The text is that of the golden file."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} is another now; see tests/golden.py"
