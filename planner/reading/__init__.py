"""Files as parts of a prompt: what they are, their text, pages or size. Hostile ones are refused, never waited for."""

from planner.reading.documents import Document, read_document
from planner.reading.kinds import Kind, kind_of
from planner.reading.pixels import image_size

__all__ = ["Document", "Kind", "image_size", "kind_of", "read_document"]
