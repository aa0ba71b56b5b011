"""What a scan may ask of this machine, and the faults that say that it asks too much."""

from __future__ import annotations

from dataclasses import dataclass

from models.page.scan import Fault

# All pages of a document together, in largest pages; they are in memory at the same time.
_LARGEST_PAGES = 8
# OpenCV's `StsNoMem`.
_NO_MEMORY = -4


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scan may ask of this machine.

    Attributes:
        max_image_pixels: a page may have; a document may have eight times as many in all.
        max_file_bytes: a file may have.
        max_pages: a document may have.
        job_memory: MiB that a worker may take for a batch of scans, over what it had before; None
            where nobody holds it to that.
    """

    max_image_pixels: int
    max_file_bytes: int
    max_pages: int
    job_memory: int | None = None

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

    def too_much_memory(self) -> Fault:
        """The fault of a scan for which memory did not suffice."""
        if self.job_memory is None:
            return Fault("limits", "needs more memory than there is", "Save it smaller.")
        return Fault(
            "limits",
            f"needs more memory than a worker may have ({self.job_memory} MiB)",
            "Raise job_memory, or save it smaller.",
        )

    def may_lack(self, n_bytes: int) -> bool:
        """Whether it may be memory that failed a decoder that needed at least so many bytes.

        Half of what there is: the file, its pixels and the decoder's own come on top.
        """
        return self.job_memory is not None and 2 * n_bytes > self.job_memory << 20


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether what a library raised means that memory did not suffice.

    OpenCV says so by its error code, `StsNoMem`, libraries in C++ by ``std::bad_alloc``, Pillow
    in the words of an `OSError`, and TensorFlow by the name of a class of its own.
    """
    return (
        isinstance(error, MemoryError)
        or getattr(error, "code", None) == _NO_MEMORY
        or type(error).__name__ == "ResourceExhaustedError"
        or any(words in str(error) for words in ("bad_alloc", "out of memory"))
    )
