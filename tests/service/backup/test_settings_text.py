from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings_file import settings_toml
from service.desk.backup.settings_text import SECRETS, unset, with_folders, without_secrets


def test_it_knows_every_secret() -> None:
    """A secret that is added later would go into every backup."""
    assert SECRETS == ("api_token",)


@pytest.mark.parametrize(
    "line",
    [
        'api_token = "hush"',
        "api_token='hush'  # note",
        '"api_token" = "hush"',
        '  api_token   =   """\nhush\nport = 1\n"""',
        "api_token = '''hush'''",
        '#api_token = "hush"',
        '  # # api_token="hush"',
        '#api_token = """hush"""',
        '#api_token = ""  # hush',
        "#api_token = '''\n#hush\n#'''",
        '# was api_token = "hush"',
        "#api_token: hush",
        "#export PIGEONHOLE_API_TOKEN=hush",
        '"api\\u005ftoken" = "hush"',
    ],
)
def test_a_secret_is_taken_out_however_it_is_written(line: str) -> None:
    """The token would be in a file that is carried about."""
    text = f"# one\nport = 9000 # two\n{line}\nreject = 0.1\n"
    if "\\u" in line:
        with pytest.raises(SettingsError, match="api_token"):
            without_secrets(text)
        return
    clean = without_secrets(text)
    assert "hush" not in clean
    assert tomllib.loads(clean) == {"port": 9000, "reject": 0.1}
    assert clean.startswith("# one\nport = 9000 # two\n")
    assert clean.endswith("\nreject = 0.1\n")


def test_the_file_of_a_first_run_stays_as_it_is() -> None:
    """Comments that are not about a secret would be lost."""
    assert without_secrets(settings_toml()) == settings_toml()


def test_folders_are_set_only_where_they_differ(tmp_path: Path) -> None:
    """Settings that are right would be rewritten."""
    text = f'sorted_dir = "{tmp_path}/a"\nreview_dir = "/mnt/x"\n'
    wanted = {
        "sorted_dir": tmp_path / "a", "review_dir": tmp_path / "review",
        "failed_dir": tmp_path / "my failed", "inbox_dir": Path("/mnt/inbox"),
    }  # fmt: skip
    assert with_folders(text, tmp_path, wanted) == (
        f'sorted_dir = "{tmp_path}/a"\n'
        '#review_dir = ""  # restored into this home\n'
        'failed_dir = "my failed"\n'
        'inbox_dir = "/mnt/inbox"\n'
    )


def test_unset_leaves_other_settings_alone() -> None:
    """A name that begins alike would go as well."""
    text = 'api_token_file = "/run/token"\n'
    assert unset(text, "api_token", note="x") == text
    assert without_secrets(text) == text


def test_a_secret_in_a_comment_behind_a_setting_is_taken_out() -> None:
    """The token would be in a file that is carried about; a value that looks alike would be cut."""
    text = 'port = 8765 # api_token = "hush"\ninbox_dir = "a#api_token"\n'
    clean = without_secrets(text)
    assert "hush" not in clean
    assert tomllib.loads(clean) == {"port": 8765, "inbox_dir": "a#api_token"}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["#" * 1_000_000 + "\n", "# api_token\n" * 5000, "#\n" * 200_000])
def test_long_comments_take_no_longer_than_they_are(text: str) -> None:
    """A backup would take hours for settings of a megabyte."""
    assert "api_token" not in without_secrets(text)


@pytest.mark.timeout(60)
def test_a_setting_that_seems_to_begin_everywhere() -> None:
    """A restore would parse the settings of a crafted archive millions of times."""
    text = 'ignore = """\n' + "sorted_dir = [\n" * 20_000 + '"""\nsorted_dir = "x"\n'
    with pytest.raises(SettingsError, match="cannot be taken out"):
        unset(text, "sorted_dir", note="x")
