"""Settings: read once at the edge, validated, frozen, and handed down.

Precedence, lowest first: the defaults below, ``pigeonhole.toml`` in the home, environment
variables ``PIGEONHOLE_<NAME>``, the command line. An unknown name is an error in each.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from config.errors import SettingsError

ENV_PREFIX = "PIGEONHOLE_"
NOT_SETTINGS = frozenset({"PIGEONHOLE_HOME", "PIGEONHOLE_TEST_DATA"})
"""Environment variables with our prefix that are no settings."""

DateOrder = Literal["DMY", "MDY", "YMD"]
"""Which number of a date comes first."""
OutputKind = Literal["pdf", "text"]
"""What may be made of a ticket that was read, beside its scan."""

Names = Annotated[tuple[str, ...], NoDecode]
"""Several words: a list in TOML; in the environment that too, or separated by commas."""


_LANGUAGES = re.compile(r"\w+(/\w+)?(\+\w+(/\w+)?)*", re.ASCII)
_NO_LANGUAGES = {"osd", "equ"}
"""Files beside Tesseract's languages that tell how a page lies, and formulas."""


class Settings(BaseSettings):
    """Everything a user can set; one flat name each. Build it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    stability_delay: float = Field(
        5.0, ge=0, le=3600, description="Seconds a file's size and time must rest before it is read"
    )
    rescan_interval: float = Field(
        60.0, gt=0, le=86400, description="Seconds between sweeps of the whole inbox"
    )
    polling_interval: float = Field(
        0.0,
        ge=0,
        le=3600,
        description="Seconds between polls on mounts without events; 0 = native events",
    )
    recursive: bool = Field(True, description="Also watch the folders inside the inbox")
    ignore: Names = Field(
        (), description="Globs of names to leave alone, added to the built-in list"
    )
    duplicates: Literal["keep", "skip"] = Field(
        "keep", description="A second file with the same bytes: file it again, or set it aside"
    )
    inbox_dir: Path = Field(Path("inbox"), description="Where scans are dropped")
    support_dir: Path = Field(Path("support"), description="The examples, one folder a class")
    sorted_dir: Path = Field(Path("sorted"), description="Where recognised scans go")
    review_dir: Path = Field(Path("review"), description="Where unknown scans go")
    failed_dir: Path = Field(Path("failed"), description="Where unreadable files go")
    workers: int = Field(
        0,
        ge=0,
        le=256,
        description="Worker processes (about 0.7 GB each); 0 = one a core, 4 at most",
    )
    job_timeout: float = Field(
        120.0, ge=1, le=86400, description="Seconds a worker may spend on one scan"
    )
    job_memory: int = Field(
        1200,
        ge=256,
        le=2**20,
        description="MiB that a worker may take for a batch of scans, over what it has at rest",
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="Workers that one scan may kill before it is parked"
    )
    max_image_pixels: int = Field(
        150_000_000, ge=1, description="Pixels a page may have; checked before it is decoded"
    )
    max_file_bytes: int = Field(
        512 * 2**20, ge=1, description="Bytes a file may have; larger ones fail unread"
    )
    max_pages: int = Field(100, ge=1, description="Pages a document may have")
    read_classes: Names = Field(("ticket",), description="Classes whose scans are read by OCR")
    ocr_engine: Literal["tesseract", "rapidocr"] = Field(
        "tesseract",
        description="What reads: tesseract, or rapidocr (an extra): more words, in more time",
    )
    ocr_language: str = Field(
        "eng",
        description='Languages that are read, by Tesseract\'s names, such as "eng+deu"',
    )
    ticket_outputs: Annotated[tuple[OutputKind, ...], NoDecode] = Field(
        (), description='Beside each ticket a searchable PDF, its text, or both: ["pdf", "text"]'
    )
    date_order: DateOrder = Field(
        "DMY", description="How dates such as 03/04/2026 are meant, where nothing else tells"
    )
    reject: float = Field(
        0.05, gt=0, lt=1, description="The share of strangers that you accept letting in"
    )
    learn_from_corrections: bool = Field(
        False,
        description="A corrected scan becomes an example, where that turns no earlier word around",
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the ledger; empty = pigeonhole.db in the home"
    )
    host: str = Field("127.0.0.1", description="Address the API and the page listen on")
    port: int = Field(8765, ge=0, le=65535, description="Port the API and the page listen on")
    api_token: SecretStr = Field(
        SecretStr(""), description="Bearer token; empty = loopback only, without a token"
    )
    api_token_file: Path | None = Field(None, description="A file that holds the token instead")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="Log lines for people or machines; auto = console"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged"
    )

    @field_validator("ignore", "read_classes", "ticket_outputs", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            if value.lstrip().startswith("["):
                return _toml_list(value)
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("ocr_language")
    @classmethod
    def _languages(cls, value: str) -> str:
        if not _LANGUAGES.fullmatch(value):
            raise ValueError("write one language as eng, several as eng+deu")
        if _NO_LANGUAGES & set(value.split("+")):
            raise ValueError("osd and equ are no languages")
        return value

    @field_validator("inbox_dir", "support_dir", "sorted_dir", "review_dir", "failed_dir")
    @classmethod
    def _possible_path(cls, value: Path) -> Path:
        if "\0" in str(value):
            raise ValueError("no path holds a null byte")
        return value

    @field_validator("api_token_file", mode="before")
    @classmethod
    def _no_file(cls, value: object) -> object:
        # TOML and the environment have no word for "none": an empty one stands for it.
        return None if value == "" else value

    @field_validator("database_url")
    @classmethod
    def _sqlite_file(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError("must be a file of SQLite, as in sqlite:////var/lib/pigeonhole.db")
        return value

    @classmethod
    def settings_customise_sources(  # the library's signature
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Constructing reads nothing from outside: `load_settings` brings the sources."""
        return (init_settings,)

    @property
    def worker_count(self) -> int:
        """Worker processes to start: the setting, or one a core and at most four."""
        return self.workers or min(len(os.sched_getaffinity(0)), 4)


def load_settings(toml_file: Path | None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the defaults, the file, the environment and the command line.

    Args:
        toml_file: the home's ``pigeonhole.toml``; a missing file counts as empty.
        overrides: what the command line set, by setting name; None values are left out.

    Raises:
        SettingsError: an unknown name (with the nearest right one), a value of the wrong kind
            or out of range, or a file that is no TOML. The message says where it stands.
    """
    from_file = _read_toml(toml_file) if toml_file is not None else {}
    _refuse_unknown(from_file, known := tuple(Settings.model_fields), str(toml_file))
    _refuse_unknown(
        (name for name in os.environ if name.startswith(ENV_PREFIX) and name not in NOT_SETTINGS),
        tuple(ENV_PREFIX + name.upper() for name in known),
        "the environment",
    )
    from_env = EnvSettingsSource(Settings)()
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    merged = {**from_file, **from_env, **InitSettingsSource(Settings, given)()}
    try:
        return Settings(**merged)
    except ValidationError as error:
        first = error.errors()[0]
        wrong = first["msg"].removeprefix("Value error, ")
        name = str(first["loc"][0])
        where = (
            "the command line" if name in given
            else "the environment" if name in from_env
            else str(toml_file)
        )  # fmt: skip
        # The value itself is left out: it may be a secret.
        raise SettingsError(
            f"{name} in {where}: {wrong[:1].lower()}{wrong[1:]}", "The README lists every setting"
        ) from None


def _toml_list(text: str) -> object:
    """The list that ``text`` is in TOML, as it stands in the file of settings.

    Raises:
        ValueError: it is none.
    """
    try:
        return parsed_toml(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"begins like a list and is none: {error}") from None


def parsed_toml(text: str) -> dict[str, Any]:
    """``tomllib.loads``, which recurses: what is nested too deeply is not TOML either.

    Raises:
        tomllib.TOMLDecodeError: it is none.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("it is nested too deeply") from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return parsed_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}", "Correct or delete that line") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None


def _refuse_unknown(names: Iterable[str], known: tuple[str, ...], where: str) -> None:
    for name in names:
        # Environment names are compared as the settings library does: without case.
        if name in known or (name.startswith(ENV_PREFIX) and name.upper() in known):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise SettingsError(f"{name} in {where} is not a setting", f"Did you mean {near[0]}?")
