"""The size of an image from its header, held against Pillow, and hostile headers."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from planner.reading.pixels import image_size
from pricing.errors import InvalidInput

FORMATS = {
    "png": {"format": "PNG"},
    "gif": {"format": "GIF"},
    "bmp": {"format": "BMP"},
    "jpeg": {"format": "JPEG"},
    "progressive": {"format": "JPEG", "progressive": True, "comment": b"\xff\xc0 not a frame" * 20},
    "webp": {"format": "WEBP"},
    "lossless": {"format": "WEBP", "lossless": True},
    "extended": {"format": "WEBP", "exif": b"Exif\0\0" + bytes(40)},
}


def written(name, width=321, height=123):
    """A real file of that format, by Pillow."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, **FORMATS[name])
    return out.getvalue()


@given(name=st.sampled_from(sorted(FORMATS)), width=st.integers(1, 700), height=st.integers(1, 700))
def test_the_size_is_what_was_written(name, width, height):
    """Every format and both sides, in their order."""
    assert image_size(written(name, width, height), name) == (width, height)


@pytest.mark.parametrize("name", FORMATS)
def test_an_image_that_is_cut_off_is_refused(name):
    """Cut anywhere within its header an image is an error, never a crash; beyond it the size is known."""
    whole = written(name)
    for end in range(min(len(whole), 700)):
        try:
            assert image_size(whole[:end], name) == (321, 123)
        except InvalidInput as error:
            assert name in str(error)  # noqa: PT017 - either is right, a crash is not


@given(head=st.sampled_from([written(name)[:16] for name in FORMATS]), tail=st.binary(max_size=400))
def test_hostile_headers_are_sizes_or_errors(head, tail):
    """Whatever follows a known beginning, the answer is a size of at least one pixel or our own error."""
    try:
        assert min(image_size(head + tail, "x")) >= 1
    except InvalidInput as error:
        assert "x: " in str(error)  # noqa: PT017 - the same


def test_a_long_chain_of_empty_segments_ends():
    """A JPEG of a million segments that hold nothing is walked once, not for ever."""
    with pytest.raises(InvalidInput, match="cut off or damaged"):
        image_size(b"\xff\xd8" + b"\xff\xe0\0\2" * 1_000_000, "x.jpg")
    with pytest.raises(InvalidInput, match="0 by 7 pixels"):
        image_size(b"GIF89a\0\0\7\0" + bytes(8), "x.gif")
    with pytest.raises(InvalidInput, match="is no PNG"):
        image_size(b"plain text", "x")
