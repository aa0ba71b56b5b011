from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from config.errors import DataError, WeightsError
from indexer.evaluation.outcome import Evaluation
from indexer.evaluation.summary import summarise
from models.siamese.weights import SHIPPED
from service.desk.evaluation import evaluating
from service.desk.evaluation.evaluated import describe_evaluation
from service.desk.evaluation.evaluating import evaluate, find_episodes
from service.desk.judging import classify
from service.workers.engine import Engine
from tests.service.fakes import LIMITS

Draw = Callable[..., Path]


def put(file: Path, *places: Path) -> None:
    """Copy a file to each of these places."""
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


@pytest.fixture
def folder(tmp_path: Path, drawn: Draw) -> Path:
    """Two classes of one example each; two tickets, a cylinder called a ticket, and a stranger."""
    root = tmp_path / "evaluation"
    put(drawn("ticket", 1), root / "support/ticket/1.png")
    put(drawn("cylinder", 1), root / "support/cylinder/1.png")
    put(drawn("ticket", 2), root / "queries/ticket/2.png")
    put(drawn("ticket", 3), root / "queries/ticket/3.png")
    put(drawn("cylinder", 2), root / "queries/ticket/no ticket.png")
    put(drawn("cylinder", 3), root / "queries/unknown/3.png")
    return root


@pytest.fixture
def judge(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Evaluation]:
    """Evaluates by the network that is loaded already."""
    monkeypatch.setattr(evaluating, "open_embedder", lambda *_, **__: engine._embedder)

    def judge(folder: Path, **more: Any) -> Evaluation:
        episodes = find_episodes(folder)
        return evaluate(folder, episodes, limits=LIMITS, reject=0.05, threads=1, **more)

    return judge


def test_each_query_is_judged_as_classify_judges_it(
    judge: Any, engine: Engine, folder: Path
) -> None:
    """The figures would be those of another program than the one that sorts."""
    found = judge(folder)
    shutil.copytree(folder / "support", engine.spec.support, dirs_exist_ok=True)
    engine._look_again_at = 0.0
    paths = [folder / one.query for one in found.outcomes]
    answers = list(classify(engine.spec, paths, read=False, notice=lambda *_: None))
    for one, answer in zip(found.outcomes, answers, strict=True):
        assert one.verdict.class_name == answer["class"]
        assert one.nearest.support == answer["nearest_support"]
        # A batch of another size may round the last bit otherwise.
        assert one.nearest.distance == pytest.approx(answer["distance"], abs=1e-5)
        assert one.verdict.score == pytest.approx(answer["score"], abs=1e-3)
    assert found.episodes[0].index_id == answers[0]["index_id"]
    assert found.branch_id == answers[0]["branch_id"]


def test_the_truth_is_the_folder_and_the_mistake_is_named(judge: Any, folder: Path) -> None:
    """The report would show the wrong picture as the class's own."""
    found = judge(folder)
    assert [(one.query, one.truth, one.right) for one in found.outcomes] == [
        ("queries/ticket/2.png", "ticket", True),
        ("queries/ticket/3.png", "ticket", True),
        ("queries/ticket/no ticket.png", "ticket", False),
        ("queries/unknown/3.png", "unknown", False),
    ]
    wrong, stranger = found.outcomes[2:]
    assert wrong.nearest.support == "cylinder/1.png"
    assert wrong.own is not None
    assert wrong.own.support == "ticket/1.png"
    assert wrong.own.distance > wrong.nearest.distance
    assert stranger.own is None
    (episode,) = found.episodes
    assert (episode.name, episode.classes, episode.examples, episode.shown) == (".", 2, 2, 0)
    assert found.folder == folder
    assert found.unreadable == {}


def test_the_nearest_of_its_own_class_is_found_beyond_the_matches(
    judge: Any, folder: Path, drawn: Draw
) -> None:
    """Of twenty classes only the five nearest are in the verdict."""
    for number in range(7):
        put(drawn("cylinder", 10 + number), folder / f"support/solid{number}/a.png")
    put(drawn("ticket", 4), folder / "support/ticket/4.png")
    wrong = judge(folder).outcomes[2]
    assert "ticket" not in {match.class_name for match in wrong.verdict.matches}
    assert wrong.own is not None
    assert wrong.own.class_name == "ticket"
    assert wrong.own.distance > wrong.verdict.matches[-1].distance


def test_each_image_is_embedded_once_for_all_episodes(
    judge: Any, engine: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hundred trials over the same images would take an hour instead of seconds."""
    many = tmp_path / "many"
    for number in range(5):
        shutil.copytree(folder, many / f"set {number % 2}" / f"episode {number}")
    embedded: list[int] = []
    embed = engine._embedder.embed

    def counting(pages: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        embedded.append(len(pages))
        return embed(pages)

    monkeypatch.setattr(engine._embedder, "embed", counting)
    read = []
    found = judge(many, advance=lambda: read.append(1))
    assert sum(embedded) == 6
    assert len(read) == 30
    assert [one.name for one in found.episodes] == [
        "set 0/episode 0", "set 0/episode 2", "set 0/episode 4", "set 1/episode 1", "set 1/episode 3",
    ]  # fmt: skip
    assert found.outcomes[0].query == "set 0/episode 0/queries/ticket/2.png"
    assert summarise(found.outcomes).errors.count == 5
    assert len({one.index_id for one in found.episodes}) == 1


def test_large_pages_are_not_held_together(
    judge: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty-four photographs of 100 megapixels would fill the memory."""
    whole = judge(folder)
    monkeypatch.setattr(evaluating, "_BATCH_PIXELS", 1)
    by_one = judge(folder)
    for one, other in zip(whole.outcomes, by_one.outcomes, strict=True):
        assert one.nearest.distance == pytest.approx(other.nearest.distance, abs=1e-5)


def test_unreadable_files_are_named_and_the_rest_is_judged(judge: Any, folder: Path) -> None:
    """One broken picture would cost the whole evaluation, or vanish from the count."""
    (folder / "queries/ticket/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "queries/ticket/broken too.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "queries/ticket/link.png").symlink_to(folder / "queries/ticket/2.png")
    (folder / "support/cylinder/notes.txt").write_text("no picture")
    found = judge(folder)
    assert set(found.unreadable) == {
        "queries/ticket/broken.png", "queries/ticket/broken too.png", "queries/ticket/link.png",
        "support/cylinder/notes.txt",
    }  # fmt: skip
    assert len(found.outcomes) == 4
    assert found.episodes[0].examples == 2


def test_what_the_service_leaves_alone_is_left_alone(judge: Any, folder: Path) -> None:
    """The hidden files of a Mac or a NAS would count as unreadable queries."""
    for name in (
        "queries/ticket/.DS_Store", "queries/@eaDir/x/y.png", "queries/ticket/2.png.error.json",
        "support/ticket/Thumbs.db", "queries/.hidden/a.png", "support/unknown/a.png",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("no picture")
    found = judge(folder)
    assert found.unreadable == {}
    assert len(found.outcomes) == 4


def test_a_query_that_is_an_example_too_is_counted(judge: Any, folder: Path, drawn: Draw) -> None:
    """Who evaluates on the examples would believe in a perfect network."""
    put(drawn("ticket", 1), folder / "queries/ticket/seen.png")
    (episode,) = judge(folder).episodes
    assert episode.shown == 1


def test_a_folder_that_cannot_be_evaluated_is_told_in_one_line(
    judge: Any, folder: Path, tmp_path: Path, drawn: Draw
) -> None:
    """A mistyped folder name would end in a traceback, or in figures of nothing."""
    nothing = tmp_path / "nothing"
    nothing.mkdir()

    def without(*names: str, **new: str) -> Path:
        changed = tmp_path / f"changed {len(list(tmp_path.iterdir()))}"
        shutil.copytree(folder, changed)
        for name in names:
            shutil.rmtree(changed / name)
        for name, text in new.items():
            (changed / name.replace("__", "/")).mkdir(parents=True)
            (changed / name.replace("__", "/") / "a.png").write_text(text)
        return changed

    for bad, said in (
        (tmp_path / "gone", "gone cannot be opened: no such file"),
        (drawn("ticket"), "not a directory"),
        (nothing, "no evaluation folder"),
        (without("support"), "has no support/"),
        (without("queries"), "has no queries/"),
        (without("support/ticket", "support/cylinder"), "support has no example"),
        (without("queries/ticket", "queries/unknown"), "queries has no image to judge"),
        (without("support/ticket"), "queries/ticket has 3 images but"),
        (without(queries__cat="x"), "queries/cat has 1 image but"),
        (
            without("queries/ticket", "queries/unknown", queries__ticket="x"),
            "none of the 1 queries",
        ),
        (without("support/ticket", support__ticket="x"), "no example in"),
        (
            without("support/ticket", "support/cylinder", "queries/ticket", support__cat="x"),
            "no example in",
        ),
    ):
        with pytest.raises(DataError) as raised:
            judge(bad)
        assert said in str(raised.value), bad
        assert str(raised.value).count("\n") == 0


def test_one_bad_episode_of_many_is_named(judge: Any, folder: Path, tmp_path: Path) -> None:
    """Nobody would find the one folder of four hundred that lacks its examples."""
    many = tmp_path / "many"
    shutil.copytree(folder, many / "good")
    shutil.copytree(folder, many / "bad")
    shutil.rmtree(many / "bad" / "support" / "ticket")
    with pytest.raises(DataError, match="many/bad/queries/ticket has 3 images"):
        judge(many)


def test_a_folder_that_may_not_be_opened_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share without leave to read would end in a traceback."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "the queries")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(DataError, match="the queries cannot be opened: permission denied"):
        find_episodes(folder)


def test_the_plain_values_are_those_of_the_evaluation(judge: Any, folder: Path) -> None:
    """Scripts that read 'evaluate --json' would break, or read another number."""
    (folder / "queries/ticket/3.png").rename(folder / os.fsdecode(b"queries/ticket/caf\xe9.png"))
    (folder / "queries/ticket/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = judge(folder)
    summary = summarise(found.outcomes)
    answer = describe_evaluation(found, summary)
    assert json.loads(json.dumps(answer)) == answer
    assert list(answer) == [
        "folder", "branch_id", "reject", "errors", "total", "error_rate", "interval", "strangers",
        "confusion", "auroc", "kept_at_5_percent_strangers", "auroc_by_distance",
        "kept_at_5_percent_strangers_by_distance", "ece", "reliability", "decisions", "episodes",
        "mistakes", "accepted_strangers", "unreadable",
    ]  # fmt: skip
    assert (answer["errors"], answer["total"], answer["strangers"]) == (1, 3, 1)
    assert answer["interval"] == list(summary.errors.interval)
    assert answer["confusion"]["ticket"] == {"cylinder": 1, "ticket": 2}
    (mistake,) = answer["mistakes"]
    assert (mistake["query"], mistake["true_class"], mistake["nearest_class"]) == (
        "queries/ticket/no ticket.png", "ticket", "cylinder",
    )  # fmt: skip
    assert answer["unreadable"][0]["path"] == "queries/ticket/broken.png"
    (episode,) = answer["episodes"]
    assert (episode["errors"], episode["total"], episode["strangers"]) == (1, 3, 1)
    assert sum(one["total"] for one in answer["reliability"]) == 4


AS_NOBODY = """
import json, os, sys
from pathlib import Path
import service.workers.judge
from config.errors import DataError
from service.desk.evaluation.evaluating import find_episodes
from models.page.limits import Limits
from models.page.opening import scan_of
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
for root in sys.argv[1:]:
    try:
        (episode,) = find_episodes(Path(root))
    except DataError as error:
        print(error)
        continue
    scans = [scan_of(path, Limits(10**8, 10**8, 10)) for path in episode.files]
    print([scan.reason for scan in scans if hasattr(scan, "reason")], list(episode.closed.values()))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user who may not read")
def test_a_folder_that_may_not_be_read_is_no_folder_without_images(
    folder: Path, tmp_path: Path
) -> None:
    """Its queries would vanish from the count, or its class be said to have no example."""
    places = []
    for number, name in enumerate(
        ("queries/unknown", "support/ticket", "support/cylinder", "support", "queries")
    ):
        places.append(shutil.copytree(folder, tmp_path / f"copy {number}"))
        (places[-1] / name).chmod(0)
    opened = []
    for outer in (tmp_path, *tmp_path.parents):
        if outer.stat().st_uid == 0 and not outer.stat().st_mode & 0o001:
            opened.append((outer, outer.stat().st_mode))
            outer.chmod(outer.stat().st_mode | 0o005)
    try:
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, *places],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        for outer, mode in opened:
            outer.chmod(mode)
        for path in tmp_path.glob("copy */*"):
            path.chmod(0o755)
    assert done.stderr == ""
    denied = "cannot be opened: permission denied"
    first, second, third, fourth, fifth = done.stdout.splitlines()
    assert first == f"['{denied}'] []"
    assert f"{places[1]}/support/ticket {denied}" in second
    assert third == f"[] ['{denied}']"
    assert f"{places[3]}/support {denied}" in fourth
    assert f"{places[4]}/queries {denied}" in fifth


def test_what_cannot_be_looked_at_is_unreadable(judge: Any, folder: Path) -> None:
    """The command would end well though examples were left out."""
    (episode,) = find_episodes(folder)
    closed = replace(episode, closed={folder / "support/x": "cannot be opened: permission denied"})
    found = evaluate(folder, [closed], limits=LIMITS, reject=0.05, threads=1)
    assert found.unreadable == {"support/x": "cannot be opened: permission denied"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.clear(), "no usable calibration: sharpness is missing"),
        (lambda one: one.pop("cohort"), "no usable calibration: cohort is missing"),
        (
            lambda one: one.update(sharpness="x"),
            "no usable calibration: could not convert string to float",
        ),
        (
            lambda one: one.update(crowds=[float("inf")]),
            "no usable calibration: cannot convert float infinity",
        ),
        (
            lambda one: one.update(cohort={"a": "ADwAPA=="}),
            "its cohort has 2 numbers a page, the branch makes",
        ),
    ],
)
def test_a_calibration_that_is_none_is_told_before_the_images_are_read(
    folder: Path, tmp_path: Path, change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    """Minutes of reading would end in a traceback, or in a line that names no file."""
    found = json.loads(SHIPPED.read_text())
    change(found["calibration"])
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(found))
    with pytest.raises(WeightsError) as caught:
        evaluate(
            folder, find_episodes(folder), limits=LIMITS, reject=0.05, threads=1, manifest=path
        )
    assert f"{path}: the weights' manifest holds" in str(caught.value)
    assert said in str(caught.value)
