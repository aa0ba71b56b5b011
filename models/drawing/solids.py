"""Line drawings of five solids, hidden lines removed.

All five are convex, so no depth test is needed: an edge of a convex solid is hidden exactly when
both of its faces look away from the camera, and it belongs to the outline when one of them does.
The manner (Blender's primitives and its Freestyle line sets: silhouette, border, crease; a camera
10 units away; 1080 x 1080; lines of one pixel on grey 199 or white) is that of the users' drawings.
Source of the crease angle and of the primitives' proportions: the Blender manual, "Freestyle:
edge detection" and "Mesh primitives".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

SolidKind = Literal["cube", "sphere", "cone", "cylinder", "pyramid"]
SOLID_KINDS: Final[tuple[SolidKind, ...]] = ("cube", "sphere", "cone", "cylinder", "pyramid")

GROUNDS: Final = (199, 255)
CAMERA_DISTANCE: Final = 10.0
LENS_VIEW: Final = 39.6  # degrees: 50 mm on a 36 mm sensor, Blender's own camera
_CREASE_COSINE: Final = np.cos(np.deg2rad(180 - 134.43))
_SUBPIXEL_BITS: Final = 4
_EXTENTS: Final = (1, 1, 2, 2, 2, 3, 3, 4)
_LARGEST_CUBE: Final = 3.6  # a larger one leaves the picture from some directions
_PROPORTIONS: Final = (0.4, 0.6, 0.8, 1.4)
_SEGMENTS: Final = (32, 32, 32, 48, 64)


@dataclass(frozen=True, slots=True)
class _Mesh:
    """A convex polyhedron.

    `corners` (n, 3) float64 within the unit box -1..1; `edges` (m, 2) corner indices; `beside`
    (m, 2) indices of the two faces at each edge; `normals` and `anchors` (k, 3), outward unit
    normal and one point of each face; `crease` (m,) bool, whether the edge is sharp.
    """

    corners: npt.NDArray[np.float64]
    edges: npt.NDArray[np.intp]
    beside: npt.NDArray[np.intp]
    normals: npt.NDArray[np.float64]
    anchors: npt.NDArray[np.float64]
    crease: npt.NDArray[np.bool_]


def draw_solid(
    kind: SolidKind,
    rng: np.random.Generator,
    *,
    size: int = 1080,
    azimuth: float | None = None,
    elevation: float | None = None,
    extent: float | None = None,
    proportion: float | None = None,
    field_of_view: float | None = None,
    ground: int | None = None,
    ink: int = 0,
    line_width: int = 1,
    smooth: bool | None = None,
) -> npt.NDArray[np.uint8]:
    """Draw one solid; what is not given is drawn from `rng`.

    Args:
        kind: Which solid.
        rng: The only source of chance.
        size: Width and height of the picture in pixels; the geometry scales with it.
        azimuth: Direction of the camera around the upright axis, degrees.
        elevation: Direction of the camera above the ground plane, degrees, -90 to 90.
        extent: Diameter or edge length in units; the camera stands 10 units away.
        proportion: Height of a cylinder, cone or pyramid over its width; 1 in three of four.
        field_of_view: Horizontal opening of the camera, degrees.
        ground: Grey of the ground, 0 to 255.
        ink: Grey of the lines.
        line_width: Pixels.
        smooth: Whether lines are antialiased.

    Returns:
        uint8 of shape (size, size).
    """
    azimuth = rng.uniform(0, 360) if azimuth is None else azimuth
    elevation = rng.uniform(-90, 90) if elevation is None else elevation
    # A size of 1, 2, 3 is a diameter in some of Blender's primitives and a radius in others.
    extent = float(rng.choice(_EXTENTS)) if extent is None else extent
    extent = min(extent, _LARGEST_CUBE) if kind == "cube" else extent
    if kind in {"cube", "sphere"}:
        proportion = 1.0
    elif proportion is None:
        proportion = float(rng.choice(_PROPORTIONS)) if rng.random() < 0.25 else 1.0
    view = LENS_VIEW * rng.uniform(0.97, 1.03) if field_of_view is None else field_of_view
    ground = int(rng.choice(GROUNDS)) if ground is None else ground
    smooth = bool(rng.random() < 0.5) if smooth is None else smooth
    mesh = _mesh(kind, int(rng.choice(_SEGMENTS)), proportion)

    lines = _visible_lines(
        mesh, extent / 2 / max(proportion, 1.0), np.deg2rad(azimuth), np.deg2rad(elevation)
    )
    scale = size / 2 / np.tan(np.deg2rad(view) / 2)
    points = np.rint((lines * scale + (size - 1) / 2) * 2**_SUBPIXEL_BITS).astype(np.int32)
    pixels = np.full((size, size), ground, np.uint8)
    kind_of_line = cv2.LINE_AA if smooth else cv2.LINE_8
    cv2.polylines(
        pixels, list(points), False, (ink,), line_width, kind_of_line, shift=_SUBPIXEL_BITS
    )
    return pixels


def _visible_lines(
    mesh: _Mesh, radius: float, azimuth: float, elevation: float
) -> npt.NDArray[np.float64]:
    """Return the segments that show, (m, 2, 2) as (x, y) over depth, y downwards."""
    out = np.array(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ]
    )
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    up = np.cross(out, right)
    eye = out * CAMERA_DISTANCE

    facing = ((eye - mesh.anchors * radius) * mesh.normals).sum(axis=1) > 1e-9
    sides = facing[mesh.beside]
    outline = sides[:, 0] != sides[:, 1]
    shown = mesh.edges[outline | (mesh.crease & sides.any(axis=1))]

    seen = mesh.corners * radius - eye
    depth = -seen @ out
    flat = np.stack([seen @ right, -seen @ up], axis=1) / depth[:, None]
    return np.asarray(flat[shown], np.float64)


@lru_cache(maxsize=128)
def _mesh(kind: SolidKind, segments: int, height: float) -> _Mesh:
    """Build the polyhedron that stands for a solid, with `segments` sides where it is round."""
    tall = np.array([1.0, 1.0, height])
    match kind:
        case "cube":
            return _assemble(tall, *_prism(4, turn=pi / 4, radius=2**0.5))
        case "cylinder":
            return _assemble(tall, *_prism(segments))
        case "cone":
            return _assemble(tall, *_spire(segments))
        case "pyramid":
            return _assemble(tall, *_spire(4, turn=pi / 4))
        case "sphere":
            return _assemble(tall, *_globe(segments, segments // 2))


_Faces = tuple[npt.NDArray[np.float64], list[list[int]]]


def _ring(sides: int, turn: float, radius: float, height: float) -> npt.NDArray[np.float64]:
    angles = np.arange(sides) * 2 * pi / sides + turn
    upright = np.full(sides, height)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles), upright], axis=1)


def _prism(sides: int, turn: float = 0.0, radius: float = 1.0) -> _Faces:
    corners = np.vstack([_ring(sides, turn, radius, -1), _ring(sides, turn, radius, 1)])
    walls = [[i, (i + 1) % sides, sides + (i + 1) % sides, sides + i] for i in range(sides)]
    caps = [list(range(sides))[::-1], list(range(sides, 2 * sides))]
    return corners, walls + caps


def _spire(sides: int, turn: float = 0.0) -> _Faces:
    corners = np.vstack([_ring(sides, turn, 1.0, -1), [[0.0, 0.0, 1.0]]])
    walls = [[i, (i + 1) % sides, sides] for i in range(sides)]
    return corners, [*walls, list(range(sides))[::-1]]


def _globe(segments: int, rings: int) -> _Faces:
    heights = [-np.cos(pi * k / rings) for k in range(1, rings)]
    belts = [_ring(segments, 0.0, float(np.sqrt(1 - h * h)), float(h)) for h in heights]
    corners = np.vstack([*belts, [[0, 0, -1.0], [0, 0, 1.0]]])
    south, north = len(corners) - 2, len(corners) - 1
    last = (rings - 2) * segments
    faces: list[list[int]] = []
    for i in range(segments):
        j = (i + 1) % segments
        faces += [[j, i, south], [last + i, last + j, north]]
        for base in range(0, last, segments):
            faces.append([base + i, base + j, base + segments + j, base + segments + i])
    return corners, faces


def _assemble(
    tall: npt.NDArray[np.float64], corners: npt.NDArray[np.float64], faces: list[list[int]]
) -> _Mesh:
    """Stretch by `tall` (3,) and find each edge's two faces and whether it is sharp."""
    corners = corners * tall
    anchors = np.array([corners[face[0]] for face in faces])
    normals = np.array(
        [np.cross(corners[f[1]] - corners[f[0]], corners[f[2]] - corners[f[0]]) for f in faces]
    )
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    # The solids contain the origin, so a normal that looks towards it is inside out.
    normals *= np.where((normals * anchors).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    owners: dict[tuple[int, int], list[int]] = {}
    for number, face in enumerate(faces):
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            owners.setdefault((min(a, b), max(a, b)), []).append(number)
    beside = np.array(list(owners.values()))
    cosines = (normals[beside[:, 0]] * normals[beside[:, 1]]).sum(axis=1)
    return _Mesh(
        corners, np.array(list(owners)), beside, normals, anchors, cosines < _CREASE_COSINE
    )
