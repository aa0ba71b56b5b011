from __future__ import annotations

import hashlib
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.calibration import Calibration
from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from models.page.prepare import Recipe
from models.page.views import Views, views_of
from models.siamese.branch import build_branch
from models.siamese.embedder import Embedder
from models.siamese.shapes import TINY, TINY_JOINED, BranchShape
from models.siamese.weights import SHIPPED, Manifest, load_branch, write_manifest


def tiny(shape: BranchShape, folder: Path) -> Embedder:
    """A tiny branch, untrained."""
    keras.utils.set_random_seed(1)
    build_branch(shape).save_weights(folder / "tiny.weights.h5")
    sha256 = hashlib.sha256((folder / "tiny.weights.h5").read_bytes()).hexdigest()
    recipe = Recipe(side=shape.eye.side, working_side=64)
    manifest = Manifest("tiny.weights.h5", sha256, shape, recipe, calibration={"a": 1})
    write_manifest(folder / "manifest.json", manifest)
    return Embedder(folder / "manifest.json")


@pytest.fixture(scope="module")
def two_eyed(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """A branch that sees texture."""
    return tiny(TINY_JOINED, tmp_path_factory.mktemp("two-eyed"))


@pytest.fixture(scope="module")
def one_eyed(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """A branch that sees shape alone."""
    return tiny(TINY, tmp_path_factory.mktemp("one-eyed"))


@pytest.fixture(params=["one_eyed", "two_eyed"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    """Either of them."""
    found: Embedder = request.getfixturevalue(request.param)
    return found


def pages(number: int) -> list[NDArray[np.uint8]]:
    """Pages of many sizes."""
    rng = np.random.default_rng(number)
    return [
        draw_solid("cone", rng)
        if n % 3
        else rng.integers(0, 256, (40 + n, 90), np.uint8)
        for n in range(number)
    ]  # fmt: skip


def test_a_batch_gives_what_single_pages_give(embedder: Embedder) -> None:
    """A verdict would depend on which scans arrived together."""
    held = pages(7)
    batch = embedder.embed(held)
    assert batch.shape == (7, embedder.dim)
    assert batch.dtype == np.float32
    assert np.linalg.norm(batch, axis=1) == pytest.approx(1, abs=1e-5)
    for page, row in zip(held, batch, strict=True):
        assert np.allclose(embedder.embed([page])[0], row, atol=1e-5)


def test_it_is_traced_once_for_every_batch_size(embedder: Embedder) -> None:
    """Each new number of pages would cost a second."""
    for number in (1, 2, 5, 3, 1, 8):
        embedder.embed(pages(number))
    looks = [embedder._upright, embedder._tilted] if embedder.sees_texture else [embedder._upright]
    assert [look.experimental_get_tracing_count() for look in looks] == [1] * len(looks)


def test_no_page_has_no_embedding(embedder: Embedder) -> None:
    """An empty support folder would stop the service."""
    assert embedder.embed([]).shape == (0, embedder.dim)
    assert embedder.embed([]).dtype == np.float32


def test_views_give_the_same(embedder: Embedder) -> None:
    """What training measures would not be what the service does."""
    page = pages(1)[0]
    views = views_of([page], embedder.recipe, texture=embedder.sees_texture)
    assert np.allclose(embedder.embed_views(views), embedder.embed([page]), atol=1e-6)


def test_shape_alone_needs_no_texture(one_eyed: Embedder) -> None:
    """Descriptions would be made that nothing looks at."""
    views = views_of(pages(2), one_eyed.recipe, texture=True)
    assert np.array_equal(one_eyed.embed_views(Views(views.ink)), one_eyed.embed_views(views))


def test_a_branch_of_two_eyes_says_what_it_lacks(two_eyed: Embedder) -> None:
    """The message would speak of tensors."""
    views = views_of(pages(2), two_eyed.recipe, texture=False)
    with pytest.raises(ValueError, match="texture=True"):
        two_eyed.embed_views(views)


def test_texture_changes_an_embedding(two_eyed: Embedder) -> None:
    """The texture eye would be computed for nothing."""
    views = views_of(pages(2), two_eyed.recipe, texture=True)
    assert views.texture is not None
    other = Views(views.ink, views.texture[::-1].copy())
    assert not np.allclose(two_eyed.embed_views(views), two_eyed.embed_views(other), atol=1e-3)


def test_a_blank_page_is_embedded(embedder: Embedder) -> None:
    """The back of a sheet would end the batch."""
    blank = np.full((50, 40), 255, np.uint8)
    assert np.isfinite(embedder.embed([blank, np.zeros((1, 1), np.uint8)])).all()


def test_it_says_what_it_is(embedder: Embedder) -> None:
    """A verdict could not name the branch, nor the indexer calibrate."""
    assert len(embedder.branch_id) == 16
    assert embedder.dim == (TINY_JOINED if embedder.sees_texture else TINY).dim
    assert embedder.calibration == {"a": 1}


@pytest.fixture(scope="module")
def shipped() -> Embedder:
    """The network that comes with the program."""
    if not SHIPPED.is_file():
        pytest.skip("no weights are in this checkout")
    return Embedder(SHIPPED)


def test_the_shipped_network_is_whole(shipped: Embedder) -> None:
    """A first run would end before the first scan."""
    Calibration.of(shipped.calibration, shipped.dim)
    assert shipped.embed([np.full((40, 40), 255, np.uint8)]).shape == (1, shipped.dim)


def test_pages_and_drawings_of_one_batch_are_what_the_branch_says(shipped: Embedder) -> None:
    """What the calibration was fitted to would not be what the service sees."""
    rng = np.random.default_rng(5)
    mixed = [draw_ticket(rng).pixels, draw_solid("cone", rng), draw_ticket(rng).pixels]
    views = views_of(mixed, shipped.recipe, texture=True)
    branch, _ = load_branch(SHIPPED)
    expected = np.asarray(branch([views.ink, views.texture], training=False))
    assert np.allclose(shipped.embed(mixed), expected, atol=1e-5)


def test_the_shipped_network_gives_unit_rows(shipped: Embedder) -> None:
    """Compiled, a gate of 1 was greater than 1, and the root of less than nothing no number."""
    rng = np.random.default_rng(3)
    pages = [draw_solid("cube", rng), draw_ticket(rng).pixels, np.full((90, 60), 255, np.uint8)]
    assert np.linalg.norm(shipped.embed(pages), axis=1) == pytest.approx(1, abs=1e-5)


def test_the_shipped_network_tells_a_ticket_from_a_cylinder(shipped: Embedder) -> None:
    """The two ready classes would be mixed up on the first day."""
    rng = np.random.default_rng(11)
    tickets = shipped.embed([draw_ticket(rng).pixels for _ in range(4)])
    cylinders = shipped.embed([draw_solid("cylinder", rng) for _ in range(4)])
    apart = float((tickets @ cylinders.T).max())
    assert float((tickets @ tickets.T).min()) > apart
    assert float((cylinders @ cylinders.T).mean()) > float((tickets @ cylinders.T).mean())
