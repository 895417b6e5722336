"""The file of what a feed had that could not be taken: one line of JSON for each, with address and reason."""

import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from claims.legible import printable

FOLDER = "imports"


class RejectFile:
    """Lines are written beside it, and it gets its name when it is closed: nobody reads half of one.

    Where nothing is put in, no file is made.
    """

    def __init__(self, data: Path, *, at: dt.datetime) -> None:
        name = f"claimreview-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.jsonl"
        self.path = data / FOLDER / name
        self.count = 0
        self._draft = self.path.with_suffix(".part")
        self._file: IO[str] | None = None

    def put(self, rows: Iterable[tuple[int | None, str, str]]) -> None:
        """Add rejects: which record of the feed, its address, and the reason in a sentence."""
        for number, url, reason in rows:
            if self._file is None:
                self.path.parent.mkdir(exist_ok=True)
                self._file = self._draft.open("w", encoding="utf-8")
            line = {"record": number, "url": printable(url), "reason": reason}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.count += 1

    def close(self) -> Path | None:
        """The file, finished; None where there was nothing to say."""
        if self._file is None:
            return None
        self._file.close()
        self._draft.replace(self.path)
        self._file = None
        return self.path
