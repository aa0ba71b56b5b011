from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UsageError
from models.episodes.spec import FORM, DataSpec, by_source


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("data/omniglot.zip", DataSpec(Path("data/omniglot.zip"))),
        ("a,weight=4,turns", DataSpec(Path("a"), 4.0, turns=True)),
        ("a,turns,weight=0.5,drawn", DataSpec(Path("a"), 0.5, turns=True, drawn=True)),
        ("with space", DataSpec(Path("with space"))),
        ("a,held=0.05,name=b,least=2", DataSpec(Path("a"), held=0.05, name="b", least=2)),
        ("a,held=0", DataSpec(Path("a"))),
        ("a,label=kind,only=map", DataSpec(Path("a"), label="kind", only=("map",))),
        ("a,only=x+y,as=z", DataSpec(Path("a"), only=("x", "y"), renamed=("z",))),
        ("a,only=x+y,as=z+w", DataSpec(Path("a"), only=("x", "y"), renamed=("z", "w"))),
    ],
)
def test_a_source_is_named_as_the_help_says(text: str, spec: DataSpec) -> None:
    """A documented option would not work."""
    assert DataSpec.parse(text) == spec


@pytest.mark.parametrize(
    "text",
    ["a,wieght=2", "a,weight", "a,weight=", "a,weight=much", "a,weight=0", "a,weight=-1",
     "a,weight=nan", "a,weight=inf", "a,weight=1e308", "a,turns=yes", "a,", "a,Turns", "", ",turns", "a,held=1",
     "a,held=-0.1", "a,held", "a,held=nan", "a,name=", "a,label", "a,only=", "a,only=x++y", "a,as=",
     "a,least=0", "a,least=2.5", "a,least=-1"],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str) -> None:
    """Hours of training would pass over a typing mistake."""
    with pytest.raises(UsageError, match="--data") as caught:
        DataSpec.parse(text)
    assert FORM in caught.value.advice


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("held=1.5", "is not a number in [0, 1)"),
        ("held=much", "is not a number in [0, 1)"),
        ("weight=-1", "is not a number above 0, 1000000 at most"),
        ("weight=inf", "is not a number above 0, 1000000 at most"),
        ("weight=1e308", "is not a number above 0, 1000000 at most"),
        ("weight", "is not a number above 0, 1000000 at most"),
        ("least=0", "is not a whole number from 1 on"),
        ("least=2.5", "is not a whole number from 1 on"),
        ("least=", "is not a whole number from 1 on"),
        ("turns=yes", "has a value, it takes none"),
        ("name=", "has no name after an ="),
        ("label", "has no name after an ="),
        ("only=x++y", "is not names with + between them"),
        ("as=", "is not names with + between them"),
        ("hold=0.5", "is not understood"),
    ],
)
def test_a_value_is_refused_with_what_it_may_be(word: str, said: str) -> None:
    """A person would try values until one passes."""
    with pytest.raises(UsageError) as caught:
        DataSpec.parse(f"a,{word}")
    assert caught.value.message == f"--data a,{word}: {word!r} {said}"


def test_new_names_must_be_as_many_as_the_old() -> None:
    """A class would silently keep its name, or get another's."""
    with pytest.raises(UsageError, match="as= has 3 names, only= has 2"):
        DataSpec.parse("a,only=x+y,as=u+v+w")
    with pytest.raises(UsageError, match="as= has 2 names, only= has 0"):
        DataSpec.parse("a,as=u+v")


def test_a_source_is_called_as_its_path_unless_named() -> None:
    """History and manifest would not say what was learned from."""
    assert DataSpec.parse("data/omniglot.zip").source == "omniglot"
    assert DataSpec.parse("data/omniglot.zip,name=letters").source == "letters"


def test_a_message_names_the_option_that_was_given() -> None:
    """A person would look for the mistake in another option."""
    with pytest.raises(UsageError, match="--pages a,held=2: 'held=2' is not a number"):
        DataSpec.parse("a,held=2", "--pages")
    with pytest.raises(UsageError, match="--pages x/a and y/a are both named a"):
        by_source([DataSpec.parse("x/a"), DataSpec.parse("y/a")], "--pages")
    named = [DataSpec.parse("x/a,name=b"), DataSpec.parse("y/a,name=b")]
    assert by_source(named) == {"b": named}
