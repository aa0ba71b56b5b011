from __future__ import annotations

from pathlib import Path

import keras
import pytest

from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY
from models.training.precision import chosen_policy, computing_in


@pytest.mark.parametrize(
    ("flags", "policy"),
    [
        ("fpu avx512f avx512_bf16 fma", "mixed_bfloat16"),
        ("fpu amx_bf16", "mixed_bfloat16"),
        ("fpu avx512f avx2 not_avx512_bf16", "float32"),
        ("", "float32"),
    ],
)
def test_auto_takes_bfloat16_where_the_processor_has_it(
    tmp_path: Path, flags: str, policy: str
) -> None:
    """Training would be emulated, several times slower, or waste what the processor can do."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nbugs\t\t: amx_bf16\nflags\t\t: {flags}\n\n")
    assert chosen_policy("auto", cpuinfo) == policy
    assert chosen_policy("auto", tmp_path / "none") == "float32"
    assert chosen_policy("float32", cpuinfo) == "float32"
    assert chosen_policy("bfloat16", cpuinfo) == "mixed_bfloat16"


def test_only_what_is_made_within_computes_so() -> None:
    """A service in the same process would answer less exactly."""
    with computing_in("mixed_bfloat16"):
        branch = build_shape_eye(TINY.eye)
    with pytest.raises(ZeroDivisionError), computing_in("mixed_bfloat16"):
        1 / 0  # noqa: B018
    assert keras.config.dtype_policy().name == "float32"
    convolutions = [one for one in branch.layers if isinstance(one, keras.layers.Conv2D)]
    assert {one.compute_dtype for one in convolutions} == {"bfloat16"}
    assert {one.dtype for one in branch.weights} == {"float32"}
