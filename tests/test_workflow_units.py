"""Long runs: the plan, its chunks, resuming, and what may go into the package."""

import json

import pytest

from workflow.plan import group

SMOKE = ("workflow.driver", "units", "overnight")


@pytest.fixture
def chapter(checkout):
    """A committed checkout whose toy chapter has an overnight profile of five units."""
    checkout.write("book/toy/params/02_results.overnight.yaml", "seeds: 5\n")
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "-m", "Add a profile")
    return checkout


def results(checkout, place="gaitnb/papers/toy/results/overnight"):
    folder = checkout.root / place
    return (folder / "units.csv").read_text(), json.loads((folder / "meta.json").read_text())


def test_chunks_hold_all_units_in_order_and_are_worth_their_start():
    units = [{"unit": str(n), "cost": 100 + n} for n in range(50)]
    chunks = group(units, lambda unit, beside: unit["cost"], aim=600)
    assert [unit for chunk, _ in chunks for unit in chunk] == units
    assert all(600 <= seconds < 600 + 150 for _, seconds in chunks[:-1])
    assert [len(chunk) for chunk, _ in group(units[:3], lambda unit, beside: 9999)] == [1, 1, 1]


def test_a_long_run_is_planned_resumed_and_collected(chapter):
    code, out = chapter.run("workflow.plan", "overnight")
    assert code == 0, out
    assert "5 units in 3 chunks, 0 done; about 0.4 core-hours to go" in out

    code, out = chapter.run(*SMOKE, TOY_FAIL="walks-4")  # the last chunk fails
    assert code == 1
    assert "the same command goes on" in out
    assert not (chapter.root / "gaitnb/papers/toy/results").exists()

    code, out = chapter.run(*SMOKE)
    assert code == 0, out
    assert "5 units in 3 chunks, 2 done" in out
    assert out.count("done    toy overnight") == 1
    table, meta = results(chapter)
    assert table.splitlines()[0] == "unit,subject,force_bw,run"
    assert [line.split(",")[0] for line in table.splitlines()[1:]] == [
        f"walks-{n}" for n in range(5)
    ]
    assert meta["params"]["seeds"] == 5
    assert meta["data"] == {"walks": "walks1"}
    assert meta["runs"][0]["command"] == "make overnight CHAPTER=toy"
    assert meta["runs"][0]["tree"]

    chapter.git("add", "--all")
    chapter.git("commit", "--quiet", "-m", "Add results")
    before = table
    path = chapter.root / "gaitnb/papers/toy/experiments.py"
    path.write_text(path.read_text().replace("METHOD = 1", "METHOD = 2"))
    chapter.git("commit", "--quiet", "--all", "-m", "Change the method")
    code, out = chapter.run(*SMOKE)  # nothing of the old method is taken over
    assert code == 0, out
    assert out.count("done    toy overnight") == 3
    table, meta = results(chapter)
    assert (table, meta["method"]) == (before, 2)


def test_changed_sources_write_below_build_only(chapter):
    path = chapter.root / "gaitnb/signals.py"
    path.write_text(path.read_text() + "# changed\n")
    code, out = chapter.run(*SMOKE)
    assert code == 1
    assert "gaitnb/signals.py" in out and "ALLOW_DIRTY=1" in out
    code, out = chapter.run(*SMOKE, ALLOW_DIRTY="1")
    assert code == 0, out
    assert results(chapter, "_build/results/toy/overnight")[1]["profile"] == "overnight"
    assert not (chapter.root / "gaitnb/papers/toy/results").exists()


def test_units_of_data_that_are_not_at_hand_wait_and_never_thin_out_the_package(chapter):
    chapter.write("book/toy/params/02_results.overnight.yaml", "seeds: 5\nboth: true\n")
    code, out = chapter.run(*SMOKE)
    assert code == 0, out
    assert "secret is not at hand, 5 units wait: ask for secret" in out
    assert "not for the package" in out
    assert not (chapter.root / "gaitnb/papers/toy/results").exists()
    assert len(results(chapter, "_build/results/toy/overnight")[0].splitlines()) == 6

    code, out = chapter.run(*SMOKE, TOY_SECRET="1")  # with both sets: into the package
    assert code == 0, out
    assert out.count("done    toy overnight") == 3  # the chunks of the first set are still good
    assert len(results(chapter)[0].splitlines()) == 11
    code, out = chapter.run(*SMOKE, TOY_ACCESS="manual")  # never replaced by results on less
    assert code == 0, out
    assert "not for the package" in out
    assert len(results(chapter)[0].splitlines()) == 11


def test_a_set_that_only_its_owner_hands_out_is_not_waited_for(chapter):
    chapter.write("book/toy/params/02_results.overnight.yaml", "seeds: 5\nboth: true\n")
    code, out = chapter.run(*SMOKE, TOY_ACCESS="manual")
    assert code == 0, out
    assert results(chapter)[1]["data"] == {"walks": "walks1"}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("--chapter", "toi"), "unknown chapter toi; did you mean toy?"),
        (("--chapter", "latent_motion"), "unknown chapter latent_motion; there are: toy"),
    ],
)
def test_an_unknown_chapter_is_refused(chapter, command, words):
    code, out = chapter.run(*SMOKE, *command)
    assert code == 1
    assert words in out
    assert "Traceback" not in out


def test_a_wrong_profile_is_refused_before_anything_runs(chapter):
    chapter.write("book/toy/params/02_results.overnight.yaml", "seeds: 50\n")
    code, out = chapter.run(*SMOKE)
    assert code == 1
    assert "02_results.overnight.yaml: seeds = 50 is not allowed; allowed: int in 1..9" in out
    code, out = chapter.run("workflow.driver", "units", "full")
    assert code == 1
    assert "no profile full" in out and "there are: reduced, overnight" in out


def test_units_that_go_side_by_side_stay_in_one_chunk():
    units = [{"unit": f"{model}{n}", "model": model} for model in "abc" for n in range(10)]
    chunks = group(units, lambda unit, beside: 50, aim=600, together=lambda unit: unit["model"])
    assert ["".join(sorted({u["model"] for u in chunk})) for chunk, _ in chunks] == ["a", "b", "c"]
    many = [{"unit": str(n), "model": "a"} for n in range(50)]
    sizes = [s for _, s in group(many, lambda unit, beside: 50, aim=600, together=lambda unit: "a")]
    assert max(sizes) == 1200 and sum(sizes) == 2500
