"""A job's folder: what it was begun with, and a record for each part that is finished.

    job.json              what the job is, the catalog's version, the instant it began
    parts/KEY.json        a finished part: its file, its totals, the hashes of what it wrote. Only this makes it count
    rows/KEY.parquet      each row's result, where asked for
    refused/KEY.jsonl     rows without a result, each with its place and reason

Everything is written beside its place and renamed into it; object stores show a file when it is whole.
"""

from __future__ import annotations

import json
import os
import uuid
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from planner.bulk.arrays import pa, pafs
from planner.bulk.places import is_url, opened
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.bulk.parts import Part

FOLDERS: Final = ("parts", "rows", "refused")
_UNFINISHED: Final = ".unfinished"


class CannotWrite(InvalidInput):
    """The job's folder takes nothing more; no other part could be finished either."""


class Hashed:
    """A file that is written once, and the hash of all that was."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = sha256()
        self.closed = False

    def write(self, data: Any) -> int:
        """Write, and remember."""
        self._hash.update(data)
        self._file.write(data)
        return len(data)

    def flush(self) -> None:
        """As files have it."""
        self._file.flush()

    def close(self) -> None:
        """Left to whoever opened it."""

    def digest(self) -> str:
        """The sha256 of what was written."""
        return self._hash.hexdigest()


class Store:
    """A job's folder, a path or URL.

    Raises:
        InvalidInput: it can neither be read nor made.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._remote = is_url(place)
        self._files, self._base = opened(place)

    def made(self) -> Self:
        """The folder, made where it is not there.

        Raises:
            CannotWrite: it cannot be.
        """
        with self._told(self.place):
            for folder in FOLDERS:
                self._files.create_dir(f"{self._base}/{folder}", recursive=True)
        return self

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is none."""
        try:
            with self._files.open_input_file(f"{self._base}/{name}") as file:
                return file.read()  # type: ignore[no-any-return]
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(f"{self.place}/{name}: {error}", loc=("out",)) from None

    def names(self, folder: str) -> set[str]:
        """The files in a folder."""
        infos = self._files.get_file_info(pafs.FileSelector(f"{self._base}/{folder}", allow_not_found=True))
        return {info.base_name for info in infos if info.type == pafs.FileType.File}

    def write(self, name: str, value: object) -> None:
        """A JSON file.

        Raises:
            CannotWrite: the folder takes nothing more.
        """
        with self.writing(name) as file:
            file.write(json.dumps(value, ensure_ascii=False, indent=1).encode())

    @contextmanager
    def writing(self, name: str) -> Iterator[Hashed]:
        """A file that is there when it is whole, and not before.

        Raises:
            CannotWrite: the folder takes nothing more.
        """
        with self._told(f"{self.place}/{name}"):
            if self._remote:
                with self._files.open_output_stream(f"{self._base}/{name}") as stream:
                    yield Hashed(stream)
                return
            path = f"{self._base}/{name}"
            beside = f"{path}.{uuid.uuid4().hex}{_UNFINISHED}"
            try:
                with open(beside, "wb") as file:  # noqa: PTH123
                    yield Hashed(file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(beside, path)  # noqa: PTH105
            finally:
                with suppress(OSError):
                    os.remove(beside)  # noqa: PTH107

    def finished(self, part: Part) -> dict[str, Any] | None:
        """A part's record, if it was finished, its file is unchanged and what it wrote is whole."""
        data = self.read(f"parts/{part.key}.json")
        try:
            record: dict[str, Any] = json.loads(data) if data else {}
        except ValueError:
            return None
        if not record or not part.same(record.get("part", {})):
            return None
        whole = all(self._hash(name) == digest for name, digest in record["files"].items())
        return record if whole else None

    def sweep(self) -> None:
        """Remove what killed workers left; for when all parts are finished and nobody writes."""
        if self._remote:
            return
        for folder in FOLDERS:
            for name in self.names(folder):
                if name.endswith(_UNFINISHED):
                    with suppress(OSError):
                        os.remove(f"{self._base}/{folder}/{name}")  # noqa: PTH107

    def _hash(self, name: str) -> str | None:
        data = self.read(name)
        return None if data is None else sha256(data).hexdigest()

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = error.strerror or " ".join(str(error).split())[:300]
            raise CannotWrite(
                f"{name}: {said}; finished parts are kept: mend it and run the same command again", loc=("out",)
            ) from None
