from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from config.errors import SettingsError
from config.settings import Settings, load_settings
from config.settings_file import settings_table, settings_toml


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """Where a home's settings file would lie."""
    return tmp_path / "pigeonhole.toml"


def refused(toml: Path, overrides: dict | None = None) -> str:
    """The one line that a user is told."""
    with pytest.raises(SettingsError) as caught:
        load_settings(toml, overrides)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_each_source_stands_above_the_one_before(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line could not overrule a file, or a file would overrule the environment."""
    assert load_settings(toml).port == 8765
    toml.write_text("port = 1\n", encoding="utf-8")
    assert load_settings(toml).port == 1
    monkeypatch.setenv("PIGEONHOLE_PORT", "2")
    assert load_settings(toml).port == 2
    assert load_settings(toml, {"port": 3}).port == 3
    assert load_settings(toml, {"port": None}).port == 2


def test_sources_are_merged_name_by_name(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable in the environment would hide the whole file."""
    toml.write_text("workers = 2\nmax_pages = 7\n", encoding="utf-8")
    monkeypatch.setenv("PIGEONHOLE_WORKERS", "3")
    settings = load_settings(toml, {"reject": 0.1})
    assert (settings.workers, settings.max_pages, settings.reject) == (3, 7, 0.1)


def test_settings_can_be_read_without_a_home() -> None:
    """`doctor` could not run before there is a home."""
    assert load_settings(None) == Settings()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("stabilty_delay", "stability_delay"), ("worker", "workers"), ("read_class", "read_classes"),
     ("rejct", "reject"), ("sorteddir", "sorted_dir")],
)  # fmt: skip
def test_a_mistyped_name_names_the_right_one(
    toml: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    """A typing mistake would leave the default in force without a word."""
    toml.write_text(f"{written} = 1\n", encoding="utf-8")
    told = refused(toml)
    assert f"{written} in {toml} is not a setting" in told
    assert f"Did you mean {meant}?" in told
    toml.unlink()
    monkeypatch.setenv(f"PIGEONHOLE_{written.upper()}", "1")
    told = refused(toml)
    assert f"PIGEONHOLE_{written.upper()} in the environment is not a setting" in told
    assert f"Did you mean PIGEONHOLE_{meant.upper()}?" in told


def test_a_table_is_no_setting(toml: Path) -> None:
    """`[watch]` above a line would hide it."""
    toml.write_text("[watch]\nworkers = 2\n", encoding="utf-8")
    assert f"watch in {toml} is not a setting" in refused(toml)


def test_two_variables_are_no_settings(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets PIGEONHOLE_HOME could not start anything."""
    monkeypatch.setenv("PIGEONHOLE_HOME", "/somewhere")
    monkeypatch.setenv("PIGEONHOLE_TEST_DATA", "/elsewhere")
    assert load_settings(toml) == Settings()


@pytest.mark.parametrize(
    "line",
    [
        'port = "no number"', "port = 70000", "port = 1.5", "workers = -1", "reject = 0",
        "reject = 1", "reject = nan", "stability_delay = nan", "rescan_interval = 0",
        "job_timeout = inf", "max_attempts = 0", "max_pages = 0", 'recursive = "perhaps"',
        'duplicates = "drop"', 'log_level = "loud"', 'log_format = "xml"', "inbox_dir = 5",
        'inbox_dir = "a\\u0000b"', "ignore = 3", "ignore = [3]", 'ocr_language = "eng; rm"',
        'ocr_language = "../eng"', 'database_url = "postgresql://host/name"',
    ],
)  # fmt: skip
def test_a_wrong_value_says_which_and_where(toml: Path, line: str) -> None:
    """The user would search three places for a mistake in one of them."""
    toml.write_text(line + "\n", encoding="utf-8")
    name = line.partition(" ")[0]
    assert refused(toml).startswith(f"{name} in {toml}: ")


def test_the_place_is_that_of_the_value_in_force(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user would correct the file while the environment is wrong."""
    toml.write_text("workers = -1\n", encoding="utf-8")
    monkeypatch.setenv("PIGEONHOLE_WORKERS", "-2")
    assert refused(toml).startswith("workers in the environment: ")
    assert refused(toml, {"workers": -3}).startswith("workers in the command line: ")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*.xml,draft-*", ("*.xml", "draft-*")),
        (" a , b ,", ("a", "b")),
        ("one", ("one",)),
        ("", ()),
    ],
)
def test_a_list_is_separated_by_commas(
    toml: Path, monkeypatch: pytest.MonkeyPatch, written: str, read: tuple[str, ...]
) -> None:
    """An environment knows no lists."""
    monkeypatch.setenv("PIGEONHOLE_IGNORE", written)
    assert load_settings(toml).ignore == read
    monkeypatch.delenv("PIGEONHOLE_IGNORE")
    toml.write_text(f'ignore = "{written}"\n', encoding="utf-8")
    assert load_settings(toml).ignore == read


def test_a_list_may_be_written_as_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be taken for one odd glob, and nothing would be ignored."""
    monkeypatch.setenv("PIGEONHOLE_IGNORE", '["skip*", "*.bak"]')
    assert load_settings(None).ignore == ("skip*", "*.bak")
    monkeypatch.setenv("PIGEONHOLE_IGNORE", '["skip*", ')
    with pytest.raises(SettingsError, match=r"ignore in the environment: .*begins like a list"):
        load_settings(None)


def test_a_list_in_the_file_is_a_list(toml: Path) -> None:
    """A class name with a comma in it could not be named."""
    toml.write_text('read_classes = ["ticket", "bill, long"]\n', encoding="utf-8")
    assert load_settings(toml).read_classes == ("ticket", "bill, long")


@pytest.mark.parametrize(
    "line",
    ['api_token = ["hunter2"]', 'api_token = "hunter2"\nport = "no"',
     'database_url = "postgresql://me:hunter2@host/name"', 'api_token = "hunter2\n',
     "api_token = hunter2", 'api_tokn = "hunter2"', 'api_token = {x = "hunter2"}'],
)  # fmt: skip
def test_a_secret_is_in_no_message(toml: Path, line: str) -> None:
    """A token would be read in a log."""
    toml.write_text(line + "\n", encoding="utf-8")
    assert "hunter2" not in refused(toml)


def test_a_secret_is_not_shown_with_the_settings(toml: Path) -> None:
    """A traceback or a debug line would hold the token."""
    toml.write_text('api_token = "hunter2"\n', encoding="utf-8")
    settings = load_settings(toml)
    assert settings.api_token.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("data", [b"workers = ", b"workers: 2", b'host = "\xff"', b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_one_line(toml: Path, data: bytes) -> None:
    """The user would see a traceback."""
    toml.write_bytes(data)
    assert refused(toml).startswith(f"{toml} is not TOML: ")


def test_a_file_that_cannot_be_read_is_one_line(toml: Path) -> None:
    """The user would see a traceback."""
    toml.mkdir()
    assert refused(toml).startswith(f"{toml} cannot be read: ")


def test_settings_are_frozen() -> None:
    """What one floor changes, another would not know of."""
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
    assert isinstance(settings.ignore, tuple)


def test_constructing_reads_nothing_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's settings would differ from those it was handed."""
    (tmp_path / ".env").write_text("PIGEONHOLE_PORT=1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIGEONHOLE_PORT", "2")
    assert Settings().port == 8765


def test_there_is_at_least_one_worker() -> None:
    """Nothing would ever be judged."""
    assert 1 <= Settings().worker_count <= 4
    assert Settings(workers=9).worker_count == 9


def test_the_file_of_a_first_run_sets_nothing(toml: Path) -> None:
    """A later version's better defaults would never reach an old home."""
    assert tomllib.loads(settings_toml()) == {}
    toml.write_text(settings_toml(), encoding="utf-8")
    assert load_settings(toml) == Settings()


def test_the_file_of_a_first_run_shows_the_defaults(toml: Path) -> None:
    """Whoever takes the '#' off a line would get an error, or something else than is shown."""
    shown = re.sub(r"(?m)^#(?! )", "", settings_toml())
    assert set(tomllib.loads(shown)) == set(Settings.model_fields)
    toml.write_text(shown, encoding="utf-8")
    assert load_settings(toml) == Settings()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_shown_line_holds_alone(toml: Path, name: str) -> None:
    """A single line that is taken into force would stop the service."""
    line = next(line for line in settings_toml().splitlines() if line.startswith(f"#{name} = "))
    toml.write_text(line.removeprefix("#") + "\n", encoding="utf-8")
    assert load_settings(toml) == Settings()


def test_the_table_lists_every_setting_on_one_line() -> None:
    """The README would hide a setting, or its table break."""
    lines = settings_table().splitlines()
    assert len(lines) == 2 + len(Settings.model_fields)
    for line, name in zip(lines[2:], Settings.model_fields, strict=True):
        assert line.startswith(f"| `{name}` | `")
        assert line.count("|") == 4


def test_a_token_from_a_file_is_named_not_kept(toml: Path) -> None:
    """`api_token_file` left empty would be taken for the current folder."""
    toml.write_text('api_token_file = ""\n', encoding="utf-8")
    assert load_settings(toml).api_token_file is None
    toml.write_text('api_token_file = "token"\n', encoding="utf-8")
    assert load_settings(toml).api_token_file == Path("token")
    assert load_settings(toml).api_token == SecretStr("")


@given(st.sampled_from(sorted(Settings.model_fields)), st.text())
def test_no_word_in_a_setting_ends_in_a_traceback(name: str, word: str) -> None:
    """Whatever stands there, the user is told in one line or served."""
    told = f"{name} in the command line: x"
    try:
        load_settings(None, {name: word})
    except SettingsError as error:
        told = str(error)
    assert told.startswith(f"{name} in the command line: ")
    assert "\n" not in told


@pytest.mark.parametrize("written", ["", "eng+", "../x", "eng;ls", " eng", "osd", "eng+osd"])
def test_what_is_no_language_is_told_in_words(written: str) -> None:
    """A regular expression is no help to whom has to mend it."""
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {"ocr_language": written})
    assert "pattern" not in str(caught.value)
    assert "language" in str(caught.value)
