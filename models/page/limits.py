"""What a scan may ask of this machine, and the faults that say that it asks too much."""

from __future__ import annotations

from dataclasses import dataclass

from models.page.scan import Fault

# All pages of a document together, in largest pages; they are in memory at the same time.
_LARGEST_PAGES = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scan may ask of this machine.

    Attributes:
        max_image_pixels: a page may have; a document may have eight times as many in all.
        max_file_bytes: a file may have.
        max_pages: a document may have.
    """

    max_image_pixels: int
    max_file_bytes: int
    max_pages: int

    def too_large(self, n_bytes: int) -> Fault | None:
        """The fault of a file of so many bytes, or None."""
        if n_bytes <= self.max_file_bytes:
            return None
        return Fault(
            "limits",
            f"has {n_bytes} bytes, more than max_file_bytes ({self.max_file_bytes})",
            "Raise max_file_bytes, or make the file smaller.",
        )

    def too_many_pixels(self, number: int, width: int, height: int, total: int) -> Fault | None:
        """The fault of a page of this size, or of all pages up to it, ``total``; or None."""
        most = self.max_image_pixels
        if width * height > most:
            reason = (
                f"page {number} has {width} x {height} pixels, more than max_image_pixels ({most})"
            )
        elif total > _LARGEST_PAGES * most:
            reason = f"its pages have more than {_LARGEST_PAGES} x max_image_pixels ({most}) in all"
        else:
            return None
        return Fault("limits", reason, "Raise max_image_pixels, or scan at a lower resolution.")

    def too_many_pages(self, n_pages: int) -> Fault | None:
        """The fault of a document of so many pages, or None."""
        if n_pages <= self.max_pages:
            return None
        return Fault(
            "limits",
            f"has more than max_pages ({self.max_pages}) pages",
            "Raise max_pages, or split the document.",
        )
