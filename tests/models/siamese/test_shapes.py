from __future__ import annotations

import subprocess
import sys

import pytest

from models.siamese.shapes import TINY, TINY_JOINED, BranchShape, EyeShape, JoinShape


@pytest.mark.parametrize(("side", "blocks", "least"), [(8, 3, 16), (15, 3, 16), (4, 2, 8)])
def test_an_eye_that_would_shrink_to_nothing_is_refused(side: int, blocks: int, least: int) -> None:
    """The message would come from the depths of Keras."""
    with pytest.raises(ValueError, match=f"side {side} is less than {least}, for {blocks} blocks"):
        EyeShape(side=side, widths=(4,) * blocks)


def test_a_join_of_another_eye_is_refused() -> None:
    """The message would come from the depths of Keras."""
    with pytest.raises(ValueError, match="is 8 long, its join takes 128"):
        BranchShape(TINY.eye, JoinShape())


def test_the_length_of_an_embedding_is_known_without_a_network() -> None:
    """An index could not be laid out before TensorFlow is there."""
    assert TINY.dim == 8
    assert TINY_JOINED.dim == 8 + 1 + 4
    assert BranchShape(EyeShape(), JoinShape()).dim == 256


def test_a_manifest_is_read_without_keras() -> None:
    """`pigeonhole status` would take seconds, and Keras write into the user's home folder."""
    code = (
        "import sys; from models.siamese.weights import SHIPPED, read_manifest; "
        "read_manifest(SHIPPED); print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_an_eye_of_nothing_is_refused() -> None:
    """The message would be an IndexError from the network."""
    for options, said in (
        ({"widths": ()}, "widths"),
        ({"widths": (0,)}, "widths"),
        ({"dim": 0}, "dim 0"),
    ):
        with pytest.raises(ValueError, match=said):
            EyeShape(**options)
    with pytest.raises(ValueError, match="texture_dim 0"):
        JoinShape(texture_dim=0)
