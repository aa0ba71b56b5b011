"""The network's dimensions, as a manifest tells them: to read one needs no Keras."""

from __future__ import annotations

from dataclasses import dataclass

from models.page.texture import LENGTH


@dataclass(frozen=True, slots=True)
class EyeShape:
    """The shape eye's dimensions.

    Attributes:
        side: height and width of the input, in pixels.
        widths: channels of the residual blocks; each halves the map's side.
        dim: length of the embedding.
    """

    side: int = 64
    widths: tuple[int, ...] = (32, 64, 128)
    dim: int = 128

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths {list(self.widths)} must be one number at least, from 1 on")
        if self.dim < 1:
            raise ValueError(f"dim {self.dim} must be 1 or more")
        # The stem halves once, each block once more, and something must be left to flatten.
        least = 2 ** (len(self.widths) + 1)
        if self.side < least:
            raise ValueError(
                f"side {self.side} is less than {least}, for {len(self.widths)} blocks"
            )


@dataclass(frozen=True, slots=True)
class JoinShape:
    """The join's dimensions.

    Attributes:
        shape_dim: length of the shape eye's embedding.
        texture: length of a texture's description.
        texture_dim: length of the texture eye's embedding.
        least_shape: the shape's weight on a page, in (0, 1); on a drawing it is 1.
        common: what all textures are given in common, in [0, 1). Without it two tickets whose
            textures differ would be no nearer to one another than to a cylinder.
        tilts: degrees by which drawings are turned before the shape eye sees them, see
            `models.siamese.tilts`; (0,) for upright alone. Pages of documents, for which shape
            counts little, are seen upright.
    """

    shape_dim: int = 128
    texture: int = LENGTH
    texture_dim: int = 127
    least_shape: float = 0.2
    common: float = 0.3
    tilts: tuple[float, ...] = (-6.0, 0.0, 6.0)

    def __post_init__(self) -> None:
        for name in ("shape_dim", "texture", "texture_dim"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)} must be 1 or more")
        if not 0 < self.least_shape < 1:
            raise ValueError(f"least_shape {self.least_shape} must lie between 0 and 1")
        if not 0 <= self.common < 1:
            raise ValueError(f"common {self.common} must lie between 0 and 1")
        if not self.tilts:
            raise ValueError("the shape eye needs one tilt at least, (0,) for upright")

    @property
    def halfway(self) -> float:
        """The shape's weight above which a page is taken for a drawing."""
        return (1 + self.least_shape) / 2

    @property
    def dim(self) -> int:
        """Length of the joined embedding."""
        return self.shape_dim + 1 + self.texture_dim


@dataclass(frozen=True, slots=True)
class BranchShape:
    """The branch's dimensions.

    Attributes:
        eye: the shape eye's.
        join: of the shape eye with the texture eye; None for a branch that sees shape alone.
    """

    eye: EyeShape
    join: JoinShape | None = None

    def __post_init__(self) -> None:
        if self.join is not None and self.join.shape_dim != self.eye.dim:
            raise ValueError(
                f"the shape eye's embedding is {self.eye.dim} long, its join takes "
                f"{self.join.shape_dim}"
            )

    @property
    def dim(self) -> int:
        """Length of the embedding."""
        return self.eye.dim if self.join is None else self.join.dim


TINY = BranchShape(EyeShape(side=16, widths=(4, 8), dim=8))
"""The cheapest branch that is one: only for testing."""
TINY_JOINED = BranchShape(TINY.eye, JoinShape(shape_dim=TINY.eye.dim, texture_dim=4))
"""The cheapest branch of two eyes: only for testing."""
