"""The file of a backup: a tar with the manifest first. Reading one trusts nothing in it but what the manifest names."""

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from factcheck.operations import Refused, manifest
from factcheck.operations.manifest import Manifest, Member

_CHUNK = 1024 * 1024


def measured(path: Path) -> Member:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return Member(
            size=os.fstat(file.fileno()).st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest()
        )


def write(path: Path, *, made: Manifest, files: Mapping[str, Path], at: float) -> None:
    """Write an archive that only its owner may read. `files` holds the file of every member; `at` is their time."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "wb") as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        stated = manifest.written(made)
        tar.addfile(_header(manifest.NAME, len(stated), at), BytesIO(stated))
        for name, member in made.members.items():
            with files[name].open("rb") as content:
                tar.addfile(_header(name, member.size, at), content)


def _header(name: str, size: int, at: float) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(at)
    return header


class Archive:
    """An open backup: its manifest is read, its members are not."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self.path = path
        self._tar = tar
        self.manifest = self._manifest()

    def _manifest(self) -> Manifest:
        header = self._next()
        if (
            header is None
            or header.name != manifest.NAME
            or not header.isreg()
            or header.size > manifest.LARGEST
        ):
            raise Refused(f"{self.path} is no backup of this program: it does not begin with a manifest.")
        try:
            return manifest.read(self._read(self._content(header), header.size))
        except manifest.Unusable as reason:
            raise Refused(f"{self.path} cannot be restored: it {reason}.") from None

    def unpack(self, folder: Path) -> dict[str, Path]:
        """Every member as a file in `folder`, which is private and empty, by its name in the archive.

        Raises Refused when a member is absent, is not what the manifest says, or is not named there; names of the
        archive never become paths.
        """
        files: dict[str, Path] = {}
        while (header := self._next()) is not None:
            said = self.manifest.members.get(header.name)
            if said is None or header.name in files or not header.isreg() or header.issparse():
                raise Refused(
                    f"{self.path} is damaged: it holds something that its manifest does not name. "
                    "Take another backup."
                )
            target = folder / f"member-{len(files)}"
            if header.size != said.size or self._copy(header, target) != said.sha256:
                raise Refused(
                    f"{self.path} is damaged: {header.name} is not what was backed up. Take another backup."
                )
            files[header.name] = target
        if absent := self.manifest.members.keys() - files.keys():
            raise Refused(
                f"{self.path} is damaged: it ends before {', '.join(sorted(absent))}. Take another backup."
            )
        return files

    def _copy(self, header: tarfile.TarInfo, target: Path) -> str:
        sha256 = hashlib.sha256()
        content = self._content(header)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            while chunk := self._read(content, _CHUNK):
                sha256.update(chunk)
                file.write(chunk)
        return sha256.hexdigest()

    def _next(self) -> tarfile.TarInfo | None:
        with _sound(self.path):
            return self._tar.next()

    def _read(self, content: IO[bytes], size: int) -> bytes:
        with _sound(self.path):
            return content.read(size)

    def _content(self, header: tarfile.TarInfo) -> IO[bytes]:
        content = self._tar.extractfile(header)
        if content is None:
            raise Refused(f"{self.path} is damaged: {header.name} has no content. Take another backup.")
        return content


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A backup for reading. Raises Refused with a sentence, whatever the file is."""
    if not path.is_file():
        raise Refused(f"{path} is no file: name the backup to restore.")
    with path.open("rb") as file:
        with _sound(path):
            # "r:" reads plain tar only: nothing that unpacks to more than itself.
            tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 (closed with its file; it owns nothing else)
        yield Archive(path, tar)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise Refused(f"{path} is damaged, or no backup at all ({error}). Take another backup.") from error
