from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import storage.migrations
from config.errors import DatabaseError
from config.home import Home
from config.settings import Settings
from models.fields.ticket import Ticket
from models.page.scan import Scan
from storage import database as database_module
from storage import migrate as migrate_module
from storage.connection import connect
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import alembic_config
from storage.records import Decision
from storage.tables import HEAD, metadata
from storage.tickets.edits import EditBook
from storage.views import is_a_table_of_ours

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("scans", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.Text, server_default="grey"))
    {more}
"""


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes this program a newer one, with a migration that rebuilds ``scans``."""

    def release(more: str = "pass") -> None:
        scripts = tmp_path / "migrations"
        shutil.copytree(Path(storage.migrations.__path__[0]), scripts, dirs_exist_ok=True)
        (scripts / "versions" / "9999_next.py").write_text(NEXT.format(head=HEAD, more=more))

        def config() -> Config:
            config = Config()
            config.set_main_option("script_location", str(scripts))
            return config

        monkeypatch.setattr(migrate_module, "alembic_config", config)
        monkeypatch.setattr(migrate_module, "HEAD", "next")
        monkeypatch.setattr(database_module, "HEAD", "next")

    return release


@pytest.fixture
def filed(ledger: Ledger, drop: Callable[..., Scan]) -> int:
    """A scan with text in the ledger, and a second that refers to it."""
    decided = []
    for name in ("a.png", "b.png"):
        (claim,) = ledger.claim([drop(name)])
        place = ledger.home.sorted / "ticket" / name
        (move,) = ledger.decide([
            Decision(claim.scan_id, claim.scan, "filed", place, ticket=Ticket("coffee 3,20"))
        ])  # fmt: skip
        ledger.close([move.scan_id])
        decided.append(move.scan_id)
    return decided[0]


def test_the_constant_is_alembics_head() -> None:
    """A new migration would never run, because the database looks up to date."""
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_heads() == [HEAD]


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    """A column that is only in the code breaks in users' homes alone."""
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_a_table_of_ours, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_migration_keeps_rows_text_views_and_references(
    database: Database, filed: int, release: Callable[..., None]
) -> None:
    """Batch mode drops the table: with foreign keys on, child rows would go with it."""
    with database.write() as connection:
        connection.exec_driver_sql("CREATE VIEW mine AS SELECT state, count(*) FROM results")
    release()
    newer = Database.open(database.path)
    with newer.read() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT colour FROM scans").all() == [("grey",)]
        assert connection.exec_driver_sql("SELECT * FROM mine").all() == [("filed", 2)]
        assert connection.exec_driver_sql("SELECT count(*) FROM readings").scalar() == 2
        triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        assert connection.exec_driver_sql(triggers).scalar() == 3
        duplicates = "SELECT duplicate_of FROM results ORDER BY scan_id"
        assert connection.exec_driver_sql(duplicates).scalars().all() == [None, filed]
        found = "SELECT rowid FROM text_search WHERE text_search MATCH 'coffee'"
        assert len(connection.exec_driver_sql(found).all()) == 2
    newer.close()


def test_the_database_is_backed_up_before_a_migration(
    database: Database, filed: int, release: Callable[..., None]
) -> None:
    """A migration that turns out wrong could not be taken back."""
    release()
    Database.open(database.path).close()
    backup = database.path.with_name(f"pigeonhole.db.backup-{HEAD}")
    with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as old:
        assert old.execute("SELECT count(*) FROM results").fetchone() == (2,)
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    Database.open(database.path).close()
    assert [path.name for path in database.path.parent.glob("*backup*")] == [backup.name]


def test_an_older_backup_is_not_overwritten(
    database: Database, release: Callable[..., None]
) -> None:
    """Whoever put a backup back would lose it at the next migration."""
    kept = database.path.with_name(f"pigeonhole.db.backup-{HEAD}")
    kept.write_bytes(b"precious")
    release()
    Database.open(database.path).close()
    assert kept.read_bytes() == b"precious"
    assert database.path.with_name(f"pigeonhole.db (2).backup-{HEAD}").is_file()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("raise RuntimeError", RuntimeError),
        ("op.execute('DELETE FROM scans WHERE id = 1')", DatabaseError),
    ],
)
def test_a_failed_migration_changes_nothing(
    database: Database,
    filed: int,
    release: Callable[..., None],
    more: str,
    error: type[Exception],
) -> None:
    """Half a migration, or rows that refer to nothing, would stay behind."""
    release(more)
    with pytest.raises(error):
        Database.open(database.path)
    with closing(sqlite3.connect(database.path)) as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert plain.execute("SELECT count(*) FROM results").fetchone() == (2,)
    assert not list(database.path.parent.glob("*backup*"))


def test_a_ledger_of_the_first_release_is_taken_over(tmp_path: Path) -> None:
    """Whoever updates would lose what the service wrote down so far."""
    path = tmp_path / "pigeonhole.db"
    config = alembic_config()
    engine = connect(path, timeout=5, create=True, migrating=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO heartbeat VALUES (1, 7, '2026-01-31T12:00:00.000000Z', NULL, 3, '0.1')"
        )
    engine.dispose()
    database = Database.open(path)
    beat = Ledger(database, Home.of(tmp_path, Settings())).heartbeat()
    database.close()
    assert beat is not None
    assert (beat.pid, beat.waiting) == (7, 3)
    assert (beat.events, beat.oldest_at, beat.trouble) == ("none", None, "")


def test_fields_that_were_read_before_the_update_can_be_edited(tmp_path: Path) -> None:
    """Whoever updates could mend new tickets alone."""
    path = tmp_path / "pigeonhole.db"
    config = alembic_config()
    engine = connect(path, timeout=5, create=True, migrating=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for sql in (
            (
                "INSERT INTO scans (id, original_name, inbox_path, source, sha256, size, state,"
                " received_at) VALUES (1, 'a', 'a', x'61', 'aa', 1, 'filed', '2026-01-31')"
            ),
            "INSERT INTO readings (scan_id, text, total) VALUES (1, 'total', '3.20')",
            "INSERT INTO fields VALUES (1, 'total', '3.20', 0.5, 1, 1, 2, 3, 4, NULL, NULL)",
        ):
            connection.exec_driver_sql(sql)
    engine.dispose()
    database = Database.open(path)
    home = Home.of(tmp_path, Settings())
    book, ledger = EditBook(database, home), Ledger(database, home)
    assert book.write(1, {"total": "3.00"}, "api")
    assert book.take_back(1, "total", "api")
    (field,) = ledger.fields([1])[1].values()
    database.close()
    assert (field.value, field.confidence, field.read) == ("3.20", 0.5, None)
