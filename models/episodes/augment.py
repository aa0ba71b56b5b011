"""Random changes of prepared images that leave their class as it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Ranges of the random changes; each is drawn uniformly within plus and minus its range.

    Attributes:
        rotation: degrees.
        scale: relative to the image.
        shear: tangent of the angle.
        shift: relative to the side.
        thickness: probability that strokes are thickened or thinned by one pixel.
        elastic: probability that the drawing is bent (Simard et al., 2003).
        bend: standard deviation of the bending, in pixels, at a grid of 4 x 4 points.
    """

    rotation: float = 12.0
    scale: float = 0.2
    shear: float = 0.25
    shift: float = 0.08
    thickness: float = 0.3
    elastic: float = 0.5
    bend: float = 2.0

    def apply(self, image: NDArray[np.uint8], rng: Generator) -> NDArray[np.float32]:
        """One changed copy.

        Args:
            image: prepared, uint8 of shape (side, side), ink is 255.
            rng: where chance comes from.

        Returns:
            float32 of shape (side, side, 1), stretched to [0, 1].
        """
        side = image.shape[0]
        turn = np.deg2rad(rng.uniform(-self.rotation, self.rotation))
        zoom = 1 + rng.uniform(-self.scale, self.scale, 2)
        lean = rng.uniform(-self.shear, self.shear)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array(
            [[zoom[0], lean], [0.0, zoom[1]]]
        )
        centre = np.full(2, (side - 1) / 2)
        offset = centre - matrix @ centre + rng.uniform(-self.shift, self.shift, 2) * side
        affine = np.column_stack([matrix, offset])
        if rng.random() < self.elastic:
            changed = self._bend(image, affine, rng)
        else:
            changed = cv2.warpAffine(image, affine, (side, side)).astype(np.uint8, copy=False)
        chance = rng.random()
        if chance < self.thickness:
            change = cv2.dilate if chance < self.thickness / 2 else cv2.erode
            # A stroke of one pixel must survive: thinning is halfway only.
            other = change(changed, np.ones((2, 2), np.uint8))
            if change is cv2.erode:
                other = cv2.addWeighted(changed, 0.5, other, 0.5, 0)
            changed = other.astype(np.uint8, copy=False)
        unit = changed.astype(np.float32) / np.float32(max(1, int(changed.max())))
        return unit[:, :, np.newaxis]

    def _bend(
        self, image: NDArray[np.uint8], affine: NDArray[np.float64], rng: Generator
    ) -> NDArray[np.uint8]:
        """The affine change, and a smooth random displacement on top of it."""
        side = image.shape[0]
        grid = rng.normal(0.0, self.bend, (4, 4, 2)).astype(np.float32)
        bent = cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC)
        (xx, xy, x0), (yx, yy, y0) = cv2.invertAffineTransform(affine).astype(np.float32)
        rows, columns = np.ogrid[:side, :side]
        x = bent[..., 0] + (xx * columns + x0) + xy * rows
        y = bent[..., 1] + (yx * columns + y0) + yy * rows
        moved: NDArray[np.uint8] = cv2.remap(
            image, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR
        ).astype(np.uint8, copy=False)
        return moved
