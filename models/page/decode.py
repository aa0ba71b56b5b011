"""The two decoders: Pillow opens and measures everything, OpenCV decodes what it does faster."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import cv2
import numpy as np
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from models.page.formats import Kind, gif_frames, is_whole_png, webp_size
from models.page.grey import Grey, grey, upright
from models.page.limits import Limits
from models.page.quiet import quiet_stderr
from models.page.reasons import DamagedError
from models.page.scan import Fault

_ORIENTATION = 0x0112
_REDUCED = (
    (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
    (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
)
_REDUCED_RESOLUTION, _SUBFILE_TYPE, _PHOTOMETRIC = 1, 254, 262

# Named one by one, so that Pillow never tries its other plugins; one of them starts Ghostscript.
_OPEN: dict[Kind, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
    Kind.TIFF: TiffImagePlugin.TiffImageFile,
    Kind.BMP: BmpImagePlugin.BmpImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
    Kind.GIF: GifImagePlugin.GifImageFile,
    Kind.HEIF: pillow_heif.HeifImageFile,
    Kind.AVIF: AvifImagePlugin.AvifImageFile,
}


@contextmanager
def opened(kind: Kind, data: bytes, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """A file with its header read, quietly, under our limit instead of Pillow's.

    While it is open, Python's warnings are ignored (Pillow warns of what a fault says better)
    and OpenCV's log is silent; Pillow's bomb limit stays ours. All three are the process's, as is
    stderr, which no library reaches while the header is read.

    Raises:
        Exception: whatever Pillow raises for a header that is damaged.
    """
    Image.MAX_IMAGE_PIXELS = limits.max_image_pixels
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with quiet_stderr():
                image = _OPEN[kind](io.BytesIO(data))
            with image:
                yield image
    finally:
        cv2.utils.logging.setLogLevel(level)


def frames_of(image: ImageFile.ImageFile, limits: Limits) -> list[int] | Fault:
    """The frames that are pages, each within the limits. Only headers are read.

    A TIFF has one a directory, less the thumbnails; of anything else the first frame counts.
    """
    frames: list[int] = []
    total = 0
    for index in range(2 * limits.max_pages + 1):
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            try:
                image.seek(index)
            except EOFError:
                break
            if index and image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION:
                continue
        elif index:
            break
        width, height = image.size
        total += width * height
        fault = limits.too_many_pages(len(frames) + 1) or limits.too_many_pixels(
            len(frames) + 1, width, height, total
        )
        if fault:
            return fault
        frames.append(index)
    return frames


def count_of(image: ImageFile.ImageFile, data: bytes) -> int:
    """How many frames a file other than a TIFF has, of which the first is its page; at least 1.

    Args:
        image: opened from ``data``, nothing decoded yet.
        data: the whole file. What its header claims is believed.
    """
    if isinstance(image, GifImagePlugin.GifImageFile):
        return max(1, gif_frames(data))
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except Exception:  # noqa: BLE001 - a damaged count does not make the first frame unreadable
        return 1


@quiet_stderr()
def decode(image: ImageFile.ImageFile, frame: int, data: bytes, least_side: int | None) -> Grey:
    """The grey, upright pixels of one frame.

    Args:
        image: opened from ``data``.
        frame: from 0; only a TIFF has others.
        data: the whole file.
        least_side: a JPEG may come out reduced by 2, 4 or 8 as long as its longest side keeps
            this many pixels.

    Returns:
        uint8 of shape (height, width).

    Raises:
        Exception: whatever Pillow raises for pixels that are damaged.
    """
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        image.seek(frame)
        # Pillow turns a TIFF upright by itself.
        return grey(image, white_is_zero=image.tag_v2.get(_PHOTOMETRIC) == 0)
    orientation = _orientation(image, data)
    fast = _by_opencv(image, data, least_side)
    if fast is None and _has_run_lengths(image):
        # Pillow takes 10 s for 6 kB of them, and knows no empty line.
        raise DamagedError("its run lengths do not fit its size")
    return upright(grey(image) if fast is None else fast, orientation)


def least_memory(kind: Kind, data: bytes, limits: Limits) -> int:
    """Bytes that decoding takes at the least, where decoders do not say that memory ran out.

    libjpeg keeps the coefficients of a progressive JPEG, 6 bytes a pixel without subsampling,
    and libwebp three canvases of 4 bytes beside Pillow's. Of all others 4, for Pillow's.
    """
    if kind is Kind.WEBP:
        width, height = webp_size(data)
        return 16 * width * height
    try:
        with opened(kind, data, limits) as image:
            each = 8 if "progressive" in image.info else 4
            return each * image.width * image.height
    except Exception:  # noqa: BLE001 - a damaged header: it is not memory that is wrong with it
        return 0


def _by_opencv(image: ImageFile.ImageFile, data: bytes, least_side: int | None) -> Grey | None:
    """The page as it is stored, or None where Pillow is to decode it."""
    flags = cv2.IMREAD_GRAYSCALE
    runs = _has_run_lengths(image)
    if image.mode not in ("L", "RGB") and not runs:
        return None
    if isinstance(image, PngImagePlugin.PngImageFile):
        plain = data[24] <= 8 and not image.has_transparency_data and not image.is_animated
        if not plain or not is_whole_png(data):
            return None
    elif isinstance(image, JpegImagePlugin.JpegImageFile):
        longest = max(image.size)
        for factor, reduced in _REDUCED:
            if least_side is not None and longest >= factor * least_side:
                flags = reduced
                break
    elif not runs:
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    return cast("Grey | None", pixels)


def _has_run_lengths(image: ImageFile.ImageFile) -> bool:
    """Whether it is a BMP in BI_RLE8 or BI_RLE4."""
    return isinstance(image, BmpImagePlugin.BmpImageFile) and any(
        tile.codec_name == "bmp_rle" for tile in image.tile
    )


def _orientation(image: ImageFile.ImageFile, data: bytes) -> int:
    """The EXIF orientation, 1 where there is none or it cannot be read."""
    # A PNG may carry it behind the pixels; looking there decodes them, so only if it does.
    behind = isinstance(image, PngImagePlugin.PngImageFile) and b"eXIf" in data
    try:
        exif = image.getexif() if behind else Image.Image.getexif(image)
    except Exception:  # noqa: BLE001 - a page with damaged EXIF data is still a page
        return 1
    value = exif.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
