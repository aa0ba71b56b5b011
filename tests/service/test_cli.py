from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from config.errors import ExitCode, HomeError
from config.home import Home
from config.settings import Settings
from service.cli.commands import app
from service.lock import only_daemon
from storage.database import Database
from storage.ledger import Ledger
from storage.views import RESULT_COLUMNS
from tests import forked
from tests.forked import COMMAND
from tests.service.fakes import PATIENCE, Desk, Judge

Draw = Callable[..., Path]


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """Its one line on stderr."""
        assert self.out == ""
        assert self.err.endswith("\n")
        assert "Traceback" not in self.err
        (line,) = self.err.splitlines()
        return line


def run(*words: str | Path, cwd: Path | None = None, **env: str) -> Done:
    """Run the command as a person does, with its output piped."""
    done = forked.run(*words, cwd=cwd, env=env, network="classify" in words)
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which some scans were sorted, with names that want to command the terminal."""
    home = Home.of(tmp_path_factory.mktemp("used") / "home", Settings())
    home.lay_out()
    for name in ("ticket", os.fsdecode(b"caf\xe9"), "esc\x1b[31m"):
        (home.support / name).mkdir(parents=True)
    database = Database.open(home.database)
    desk = Desk(home, Ledger(database, home))
    for name, content in (
        ("a.png", "ticket zebra 3.50"),
        ("=cmd.png", "ticket giraffe"),
        ("\x1b[31mred\x9b.png", "unknown"),
        ("two\nlines.png", "broken"),
        (os.fsdecode(b"caf\xe9.png"), "ticket lion"),
    ):
        desk.drop(name, content)
        desk.once(Judge())
    database.close()
    return home


def lines(*words: str | Path, home: Home) -> list[str]:
    """What a command answers, by line; it says nothing else."""
    done = run(*words, "--home", home.root)
    assert (done.code, done.err) == (0, "")
    assert not [c for c in done.out if not c.isprintable() and c not in "\n\t\r"]
    return done.out.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ["--home", "HOME", "classes", "list"],
        ["classes", "--home", "HOME", "list"],
        ["classes", "list", "--home", "HOME"],
        ["--home", "/elsewhere", "classes", "--home", "HOME", "list"],
        ["--home", "/elsewhere", "classes", "list", "--home", "HOME"],
    ],
)
def test_the_home_may_be_named_anywhere(used: Home, words: list[str]) -> None:
    """Users would have to remember where '--home' goes."""
    done = run(*(word.replace("HOME", str(used.root)) for word in words))
    assert done.code == 0
    assert "ticket\t0" in done.out


def test_the_home_may_come_from_the_environment_or_the_folder(used: Home) -> None:
    """A container, or somebody who just starts it, would be told that there is no home."""
    assert run("results", PIGEONHOLE_HOME=str(used.root)).code == 0
    done = run("results", "--home", used.root, PIGEONHOLE_HOME="/elsewhere")
    assert done.code == 0
    other = used.root.parent / "pigeonhole-home"
    if not other.exists():
        other.symlink_to(used.root)
    assert run("results", cwd=used.root.parent).out == done.out


def test_each_error_has_its_code_and_one_line(used: Home, tmp_path: Path) -> None:
    """A script could not tell a busy home from a mistyped setting."""
    home, fresh = str(used.root), tmp_path / "fresh"
    png = tmp_path / "no.png"
    png.write_text("no picture")
    for words, env, code, said in (
        (["results", "--home", home, "--json", "--csv"], {}, 2, "contradict"),
        (["results", "--home", home, "--since", "yesterday"], {}, 2, "yesterday"),
        (["results", "--home", home, "--since", "0001-01-01T00:00+14:00"], {}, 2, "not a time"),
        (["classes", "--home", home, "add", "../x", str(png)], {}, 2, "'../x'"),
        (["results", "--home", home], {"PIGEONHOLE_STABILTY_DELAY": "1"}, 3, "STABILITY_DELAY?"),
        (["results", "--home", home], {"PIGEONHOLE_WORKERS": "many"}, 3, "workers"),
        (["results", "--home", str(fresh)], {}, 4, "there is no home"),
        (["watch", "--home", "/proc/nowhere"], {}, 4, "cannot make"),
        (["watch", "--home", "/dev/null"], {}, 4, "not a folder"),
        (["status", "--home", str(png / "sub")], {}, 4, "Not a directory"),
        (["watch", "--home", str(tmp_path / ("x" * 300))], {}, 4, "too long"),
        (["watch", "--home", home, "--once"], {"PIGEONHOLE_OCR_LANGUAGE": "tlh"}, 6, "tlh"),
        (["watch", "--home", home, "--once"], {"PATH": "/nowhere"}, 6, "not installed"),
        (["classes", "add", "x", str(png), "--home", home], {}, 8, str(png)),
    ):
        done = run(*words, **env)
        assert done.complaint.startswith("pigeonhole: "), words
        assert (done.code, said in done.err) == (code, True), (words, done)
    assert not fresh.exists()
    assert not (used.support / "x").exists()


def test_a_second_daemon_is_refused(used: Home) -> None:
    """Two daemons would file the same scans."""
    with only_daemon(used.lock_file):
        done = run("watch", "--once", "--home", used.root)
    assert done.code == 5
    assert f"process {os.getpid()}" in done.complaint


def test_a_database_that_is_none_is_an_error_of_the_database(used: Home, tmp_path: Path) -> None:
    """A damaged file would be told as a traceback."""
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database at all" * 100)
    done = run("results", "--home", used.root, PIGEONHOLE_DATABASE_URL=f"sqlite:///{broken}")
    assert done.code == 9
    assert str(broken) in done.complaint


def test_a_mistyped_setting_in_the_file_names_the_right_one(used: Home, tmp_path: Path) -> None:
    """A user would search the whole file for his mistake."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "pigeonhole.toml").write_text("stabilty_delay = 1\n")
    done = run("status", "--home", home)
    assert done.code == 3
    assert "Did you mean stability_delay?" in done.complaint


def test_a_command_that_is_none_is_a_usage_error() -> None:
    """A script with a mistake in it would look as if it had worked."""
    assert run("sort").code == 2
    assert run("results", "--limit", "0").code == 2
    done = run()
    assert "Usage" in done.out + done.err


def test_results_as_json_are_the_view(used: Home) -> None:
    """Scripts would miss columns, or get the oldest first."""
    rows = [json.loads(line) for line in lines("results", "--json", home=used)]
    assert all(list(row) == list(RESULT_COLUMNS) for row in rows)
    assert [row["scan_id"] for row in rows] == [5, 4, 3, 2, 1]
    assert rows[1]["original_name"] == "two\nlines.png"
    assert rows[2]["original_name"] == "\x1b[31mred\x9b.png"


def test_results_tell_how_sure_each_field_is_on_request(used: Home) -> None:
    """A total that was guessed would look like one that was read."""
    rows = [json.loads(line) for line in lines("results", "--json", "--details", home=used)]
    assert all(list(row) == [*RESULT_COLUMNS, "field_details"] for row in rows)
    for row in rows:
        fields = ("vendor", "ticket_date", "total", "currency", "tax")
        assert set(row["field_details"]) == {name for name in fields if row[name] is not None}
    assert "--details needs --json" in run("results", "--details", "--home", used.root).err


def test_results_can_be_narrowed(used: Home) -> None:
    """Who looks for failed scans would have to read all."""

    def ids(*words: str) -> list[int]:
        found = lines("results", "--json", *words, home=used)
        return [json.loads(line)["scan_id"] for line in found]

    assert ids("--class", "ticket") == [5, 2, 1]
    assert ids("--class", "unknown") == [3]
    assert ids("--state", "failed") == [4]
    assert ids("--limit", "2") == [5, 4]
    assert ids("--since", "2000-01-31") == [5, 4, 3, 2, 1]
    assert ids("--since", "2999-01-31T12:00") == []
    assert ids("--class", "no such") == []


def test_results_as_csv_are_safe_in_a_spreadsheet(used: Home) -> None:
    """A file name would run as a formula, or shift the columns."""
    done = run("results", "--csv", "--home", used.root)
    rows = list(csv.DictReader(io.StringIO(done.out, newline="")))
    assert len(rows) == 5
    assert list(rows[0]) == list(RESULT_COLUMNS)
    assert {row["original_name"] for row in rows} >= {"'=cmd.png", "two\nlines.png", "a.png"}


def test_details_in_a_spreadsheet_are_how_sure_each_field_is(used: Home) -> None:
    """A total that was guessed would look like one that is certain."""
    done = run("results", "--csv", "--details", "--home", used.root)
    rows = list(csv.DictReader(io.StringIO(done.out, newline="")))
    names = ["vendor", "ticket_date", "total", "currency", "tax"]
    assert list(rows[0]) == [*RESULT_COLUMNS, *(f"{name}_confidence" for name in names)]
    assert len(rows) == 5


def test_results_for_people_are_a_line_each(used: Home) -> None:
    """A name with a line break would look like two scans, one with colours would colour all."""
    found = lines("results", home=used)
    assert len(found) == 5
    assert found[4].split("\t")[:4] == ["1", "a.png", "filed", "ticket"]
    assert "two lines.png" in found[1]
    assert " [31mred .png" in found[2]


def test_search_finds_what_was_read(used: Home) -> None:
    """A ticket could not be found by what stands on it."""
    (hit,) = (json.loads(line) for line in lines("search", "zebra", "--json", home=used))
    assert (hit["scan_id"], hit["class"]) == (1, "ticket")
    assert hit["found"] == ["zebra"]
    assert "zebra" in hit["line"]
    (line,) = lines("search", "zebra", home=used)
    assert line.split("\t")[:4] == ["1", "ticket", "sorted/ticket/a.png", "1"]
    assert "[zebra]" in line
    assert lines("search", "elephant", "--json", home=used) == []
    for words in (["elephant"], ['"(', "*"]):
        done = run("search", *words, "--home", used.root)
        assert (done.code, done.out) == (0, "")
        assert done.err == "no text that was read holds all of that\n"
    assert len(lines("search", "ticket", "--limit", "2", home=used)) == 2


def test_status_answers_in_both_ways(used: Home) -> None:
    """A monitor could not read it, or a person not."""
    (line,) = lines("status", "--json", home=used)
    answer = json.loads(line)
    assert answer["scans"] == {"failed": 1, "filed": 3, "review": 1}
    assert answer["daemon"] == "stopped"
    assert "daemon:             stopped" in lines("status", home=used)


def test_classes_are_listed_whatever_their_names(used: Home) -> None:
    """One odd folder would end the command, or colour the terminal."""
    names = [json.loads(line)["class"] for line in lines("classes", "list", "--json", home=used)]
    assert set(names) == {"ticket", os.fsdecode(b"caf\xe9"), "esc\x1b[31m"}
    assert len(lines("classes", "list", home=used)) == 3


def test_adding_an_example_is_told(used: Home, drawn: Draw, tmp_path: Path) -> None:
    """A user would not know under which name his example lies."""
    odd = tmp_path / "odd\x1b[31m\n.png"
    shutil.copyfile(drawn("ticket"), odd)
    first = lines("classes", "add", "new", odd, home=used)
    assert first == [f"{tmp_path}/odd [31m .png: now new/odd [31m .png"]
    assert "has it already" in lines("classes", "add", "new", odd, home=used)[0]
    (line,) = lines("classes", "add", "new", odd, "--json", home=used)
    assert json.loads(line) == {"path": str(odd), "support": "new/odd\x1b[31m\n.png", "new": False}
    shutil.rmtree(used.support / "new")


def test_an_error_about_an_odd_name_is_one_clean_line(used: Home, tmp_path: Path) -> None:
    """A file name would command the terminal through an error message."""
    done = run("classes", "add", "x", tmp_path / "odd\x1b[31m\n.png", "--home", used.root)
    assert done.code == 8
    assert done.complaint.isprintable()


@pytest.mark.parametrize("rows", [5, 3000])
def test_a_reader_that_leaves_is_no_error(used: Home, tmp_path: Path, rows: int) -> None:
    """'results | head -1' would end with a traceback, or an exit code that stops a script."""
    home = used
    if rows > 5:
        home = Home.of(tmp_path / "home", Settings())
        home.lay_out()
        database = Database.open(home.database)
        desk = Desk(home, Ledger(database, home))
        for number in range(rows // 10):
            desk.drop(f"{number}-{'x' * 200}", f"ticket {number} {'word ' * 200}")
        desk.once(Judge())
        database.close()
    read, write = os.pipe()
    os.close(read)  # nobody reads, from the first byte on
    try:
        for words in (["results"], ["results", "--json"], ["results", "--csv"], ["status"]):
            done = forked.run(*words, "--home", home.root, stdout=write)
            assert (done.returncode, done.stderr) == (0, ""), words
    finally:
        os.close(write)


def test_a_check_that_nobody_reads_has_its_exit_code(used: Home, tmp_path: Path) -> None:
    """'verify | head -1' would say to a script that nothing is wrong."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    for name in ("one", "two"):
        (home.sorted / name).mkdir()
        (home.sorted / name / "stranger.png").touch()
        (home.support / name).mkdir(parents=True)
        (home.support / name / "broken.png").touch()
    home.failed.rmdir()
    home.failed.touch()
    Database.open(home.database).close()
    read, write = os.pipe()
    os.close(read)
    try:
        for words in (["verify"], ["verify", "--json"], ["doctor"], ["classes", "check"]):
            network = "check" in words
            done = forked.run(*words, "--home", home.root, stdout=write, network=network)
            assert (done.returncode, done.stderr) == (1, ""), words
    finally:
        os.close(write)


def test_an_answer_that_cannot_be_written_is_an_error_in_words(used: Home) -> None:
    """Half a table in a file on a full disk would look whole, or there would be a traceback."""
    for words in (["results", "--json"], ["doctor"]):
        with open("/dev/full", "wb") as full:
            done = forked.run(*words, "--home", used.root, stdout=full.fileno())
        assert done.returncode == ExitCode.OUTPUT, words
        (line,) = done.stderr.splitlines()
        assert "the answer cannot be written: No space left on device" in line


@pytest.mark.parametrize("shut", ["2>/dev/full", "2>&-", "2>&- 1>&- 0<&-"])
def test_a_command_whose_notices_cannot_be_written_goes_on(used: Home, shut: str) -> None:
    """A notice that nobody can read would end a command in the middle of its work."""
    (used.support / "ticket").mkdir(exist_ok=True)
    line = f'"$0" classes list --home "$1" {shut}'
    done = subprocess.run(["sh", "-c", line, COMMAND, used.root], timeout=PATIENCE, check=False)
    assert done.returncode == 0
    line = f'"$0" results --limit nonsense --home "$1" {shut}'
    done = subprocess.run(["sh", "-c", line, COMMAND, used.root], timeout=PATIENCE, check=False)
    assert done.returncode == 2


def test_a_terminal_gets_a_table_and_no_control_characters(used: Home) -> None:
    """A name would colour or clear the terminal of whoever looks."""
    main, side = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "results", "--home", used.root],
        stdout=side, stderr=side, env=os.environ | {"TERM": "xterm", "COLUMNS": "200"},
    ) as process:  # fmt: skip
        os.close(side)
        shown = b""
        try:
            while chunk := os.read(main, 4096):
                shown += chunk
        except OSError:  # the other end is closed: Linux says EIO
            pass
        os.close(main)
    assert process.returncode == 0
    assert b"filed at" in shown
    assert b"\x1b[31m" not in shown
    assert b"\xc2\x9b" not in shown


def test_doctor_names_problems_by_its_code(used: Home) -> None:
    """A script could not tell a sound installation from a broken one."""
    found = [
        json.loads(line)
        for line in run("doctor", "--json", "--home", used.root).out.split("\n")
        if line
    ]
    assert {one["level"] for one in found} <= {"ok", "warning"}
    done = run("doctor", "--home", used.root, PATH="/nowhere")
    assert done.code == 1
    assert "problem  tesseract: Tesseract is not installed. Install it" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("command", ["doctor", "watch --once --no-web", "classify --read"])
def test_the_packages_of_missing_languages_are_named(used: Home, command: str) -> None:
    """Whoever has German tickets would have to search for what to install."""
    more = [used.settings_file] if "read" in command else []
    done = run(
        *command.split(), *more, "--home", used.root, PIGEONHOLE_OCR_LANGUAGE="eng+tlh+qya_x"
    )
    assert done.code == (1 if command == "doctor" else 6)
    assert (
        "Tesseract cannot read tlh, qya_x."
        " Install it: apt-get install tesseract-ocr-tlh tesseract-ocr-qya-x."
    ) in (done.out if command == "doctor" else done.complaint)


# The whole program, with its workers: few, because each start takes seconds.


def start(*words: str | Path, **env: str) -> subprocess.Popen[str]:
    """Start a command whose end the test decides, in a process group of its own."""
    return subprocess.Popen(
        [COMMAND, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PIGEONHOLE_LOG_FORMAT": "json"} | env, start_new_session=True,
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """Its log up to the line with this word."""
    assert process.stderr is not None
    log = ""
    for line in process.stderr:
        log += line
        if word in line:
            return log
    raise AssertionError(log)


def test_once_on_an_empty_inbox_ends_at_once(tmp_path: Path) -> None:
    """A cron job would hang; and a first run would not lay out its home."""
    done = run("watch", "--once", "--no-web", "--workers", "1", "--home", tmp_path / "home")
    assert (done.code, done.out) == (0, "")
    found = {path.name for path in (tmp_path / "home").iterdir()}
    assert {"inbox", "support", "sorted", "review", "failed", "pigeonhole.toml"} <= found
    assert {path.name for path in (tmp_path / "home" / "support").iterdir()} == {
        "cylinder", "ticket",
    }  # fmt: skip


def test_once_sorts_for_real(tmp_path: Path, drawn: Draw) -> None:
    """The whole way, from the inbox to the row, would be broken somewhere between its parts."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    for kind in ("ticket", "cylinder"):
        (home.support / kind).mkdir(parents=True)
        shutil.copyfile(drawn(kind), home.support / kind / "1.png")
        shutil.copyfile(drawn(kind), home.inbox / f"{kind}\x1b[31m.png")
    left = home.cache / "tmp" / "tess_1.TIFF"
    left.parent.mkdir()
    left.write_bytes(b"a page of a scan whose worker was killed")
    done = run(
        "watch", "--once", "--workers", "1", "--home", home.root, PIGEONHOLE_STABILITY_DELAY="0"
    )
    assert (done.code, done.out) == (0, "")
    assert "listening" not in done.err  # nobody waits for a page of what ends by itself
    assert (home.sorted / "ticket" / "ticket\x1b[31m.png").is_file()
    assert (home.sorted / "cylinder" / "cylinder\x1b[31m.png").is_file()
    assert not left.exists()
    rows = [
        json.loads(line)
        for line in run("results", "--json", "--details", "--home", home.root).out.splitlines()
    ]
    assert {(row["class"], bool(row["text"])) for row in rows} == {
        ("ticket", True), ("cylinder", False),
    }  # fmt: skip
    ticket, cylinder = (
        next(row["field_details"] for row in rows if row["class"] == kind)
        for kind in ("ticket", "cylinder")
    )
    assert cylinder == {}
    assert 0 < ticket["total"]["confidence"] <= 1
    assert (ticket["total"]["page"], len(ticket["total"]["box"])) == (1, 4)
    table = run("results", "--csv", "--details", "--home", home.root).out
    sure = {row["class"]: row["total_confidence"] for row in csv.DictReader(io.StringIO(table))}
    assert sure == {"ticket": str(ticket["total"]["confidence"]), "cylinder": ""}
    (home.inbox / "broken.png").write_text("no picture")
    done = run(
        "watch", "--once", "--workers", "1", "--home", home.root, PIGEONHOLE_STABILITY_DELAY="0"
    )
    assert done.code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_watching_cleanly(used: Home, number: signal.Signals) -> None:
    """Stopping the service would print tracebacks, or look like a failure to systemd."""
    with start("watch", "--no-web", "--workers", "1", "--home", used.root) as process:
        log = read_until(process, "watching")
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, ""), err
    assert all(line.startswith("{") for line in (log + err).splitlines()), err
    with only_daemon(used.lock_file):  # it is free again
        pass


@pytest.mark.slow
def test_ctrl_c_ends_classify_with_its_own_code(used: Home, drawn: Draw) -> None:
    """A script could not tell that it was interrupted."""
    paths = [drawn("ticket")] * 3000
    with start("classify", "--home", used.root, *paths) as process:
        assert process.stdout is not None
        assert process.stdout.read(1)  # it has begun to answer
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_ctrl_c_while_modules_are_read_is_one_line_too() -> None:
    """Whoever mistypes a command and stops it at once would see twenty lines of imports."""
    program = """
import sys
from service.cli.main import main

class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (130, "pigeonhole: interrupted\n")


def test_watch_takes_the_address_and_the_port_of_its_server(
    used: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A taken port is answered with the advice --port, which watch would refuse."""
    from service.cli import watch
    from service.cli.commands import app
    from service.desk import watching
    from service.web import beside

    handed: list[Settings] = []

    def no_server(_home: Home, settings: Settings) -> AbstractContextManager[None]:
        handed.append(settings)
        return nullcontext()

    def no_daemon(*_: object, **__: object) -> AbstractContextManager[SimpleNamespace]:
        return nullcontext(SimpleNamespace(run=lambda **_: True))

    monkeypatch.setattr(beside, "server_beside", no_server)
    monkeypatch.setattr(watching, "daemon_of", no_daemon)
    monkeypatch.setattr(watch, "secure_streams", lambda _patience: None)  # they are the test's
    words = ["watch", "--home", str(used.root), "--host", "127.0.0.2", "--port", "4242"]
    assert CliRunner().invoke(app, words).exit_code == 0
    ((host, port),) = [(one.host, one.port) for one in handed]
    assert (host, port) == ("127.0.0.2", 4242)


def test_classify_answers_each_file(used: Home, drawn: Draw, tmp_path: Path) -> None:
    """Answers would be mixed with notices, or a failure go unnoticed."""
    odd = tmp_path / "odd\x1b[31m\n.png"
    shutil.copyfile(drawn("ticket"), odd)
    (tmp_path / "text.png").write_text("no picture")
    example = used.support / os.fsdecode(b"caf\xe9") / os.fsdecode(b"\xff.png")
    shutil.copyfile(drawn("ticket"), example)
    (used.support / "ticket" / "notes\x1b.txt").write_text("no picture")
    try:
        plain = run("classify", tmp_path, "--home", used.root)
        as_json = run("classify", tmp_path, "--json", "--home", used.root)
    finally:
        example.unlink()
        (used.support / "ticket" / "notes\x1b.txt").unlink()
    assert (plain.code, as_json.code) == (1, 1)
    assert len(plain.out.splitlines()) == 2
    assert not [c for c in plain.out + plain.err if not c.isprintable() and c != "\n"]
    assert "support image ticket/notes .txt is not used" in plain.err
    good, bad = map(json.loads, as_json.out.splitlines())
    assert (good["path"], good["nearest_support"]) == (str(odd), os.fsdecode(b"caf\xe9/\xff.png"))
    assert (bad["stage"], bad["path"]) == ("decode", str(tmp_path / "text.png"))


def test_help_needs_no_heavy_imports() -> None:
    """'--help' would take seconds."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", COMMAND, "watch", "--help"],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "--once" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not loaded & {
        "tensorflow", "keras", "faiss", "sqlalchemy", "alembic", "cv2", "numpy", "watchdog", "PIL",
    }  # fmt: skip


def test_every_command_explains_itself() -> None:
    """A command without a help text cannot be used by who does not know it."""
    done = run("--help")
    assert done.code == 0
    for name in ("watch", "classify", "results", "search", "status", "classes", "doctor"):
        assert name in done.out


@pytest.mark.parametrize("way", ["after", "before", "environment", "current folder"])
def test_a_home_that_is_not_utf8_is_refused_at_once(tmp_path: Path, way: str) -> None:
    """Scans would be claimed, and then the engine end with a message about C++ types."""
    odd = tmp_path / "caf\udce9"
    odd.mkdir()
    command = ["watch", "--once", "--no-web"]
    done = {
        "after": lambda: run(*command, "--home", odd),
        "before": lambda: run("--home", odd, *command),
        "environment": lambda: run(*command, PIGEONHOLE_HOME=os.fspath(odd)),
        "current folder": lambda: run(*command, cwd=odd),
    }[way]()
    assert done.code == 4
    assert "is not UTF-8" in done.complaint
    assert "caf\\xe9" in done.complaint
    assert os.listdir(odd) == []


def test_every_command_that_needs_a_home_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would fail in its own way, some after minutes."""
    monkeypatch.setenv("PIGEONHOLE_HOME", os.fspath(tmp_path / "caf\udce9"))
    image = tmp_path / "a.png"
    image.touch()
    for words in (
        ["watch"], ["serve"], ["classify", str(image)], ["results"], ["search", "x"], ["status"],
        ["retry", "1"], ["undo", "1"], ["reclassify"], ["outputs"], ["verify"], ["doctor"],
        ["classes", "list"], ["classes", "check"], ["classes", "add", "a", str(image)],
        ["detector", "list"], ["detector", "remove", "a"],
        ["train", "--from-ledger"],
    ):  # fmt: skip
        with pytest.raises(HomeError, match="is not UTF-8"):
            app(words, standalone_mode=False)
    assert os.listdir(tmp_path) == ["a.png"]
