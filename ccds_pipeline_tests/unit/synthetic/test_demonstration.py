"""The whole demonstration: the same every time, true to its own ledger, near the published figures."""

import json
from collections import defaultdict

import pytest

from ccds_pipeline.synthetic.demonstration import write_demonstration, write_sessions
from ccds_pipeline_tests.support.small_demonstration import SMALL, contents
from ccds_pipeline_tests.truth.planted import write_truth, write_with_truth

# Section 1 of the KPI page, and how far 2,400 participants may be off by chance.
PUBLISHED = {
    ("K04", "share"): (0.95, 0.02),
    ("K05", "share"): (0.95, 0.02),
    ("K07", "share"): (0.93, 0.02),
    ("K08", "share"): (0.95, 0.02),
    ("K09", "share"): (0.95, 0.02),
    ("K10", "share"): (0.935, 0.02),
    ("K11", "share"): (0.96, 0.02),
    ("K12", "share"): (0.96, 0.02),
    ("K13", "mean"): (8.7, 0.1),
    ("K14", "mean"): (8.8, 0.1),
    ("K15", "E1"): (0.247, 0.025),
    ("K16", "share"): (0.87, 0.035),
}


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    out = tmp_path_factory.mktemp("demonstration") / "landing"
    write_with_truth(out, participants=2400, seed=2022)
    return json.loads((out.parent / "truth.json").read_text(encoding="utf-8"))


def overall(truth) -> dict[tuple[str, str, str], dict[str, float]]:
    return {
        (row["kpi_id"], row["estimand"], row["wave"]): row
        for row in truth["kpis"]
        if row["breakdown"] == "all"
    }


def test_another_seed_gives_other_people(small, tmp_path):
    write_demonstration(tmp_path / "other", participants=SMALL, seed=2)
    other, first = contents(tmp_path / "other"), contents(small)
    assert all(other[name] != digest for name, digest in first.items() if name in other)


def test_every_file_says_that_it_is_synthetic(small):
    deliveries = [name for name in contents(small) if name not in {"demonstration.json", "README.txt"}]
    assert all("synthetic" in name for name in deliveries)
    assert "Synthetic" in (small / "README.txt").read_text(encoding="utf-8")
    assert json.loads((small / "demonstration.json").read_text(encoding="utf-8"))["synthetic"] is True


def test_the_truth_of_a_demonstration_that_is_there_is_the_one_written_with_it(tmp_path):
    landing, truths = tmp_path / "landing", [tmp_path / "truth.json", tmp_path / "truth_links.csv"]
    write_with_truth(landing, participants=SMALL, seed=1)
    deliveries, first = contents(landing), [path.read_bytes() for path in truths]
    for path in truths:
        path.unlink()
    write_truth(landing, tmp_path)
    assert [path.read_bytes() for path in truths] == first
    assert contents(landing) == deliveries


def test_the_marker_comes_last(tmp_path):
    sessions = write_sessions(tmp_path / "landing", participants=SMALL, seed=1)
    assert not any((tmp_path / "landing" / "demonstration.json").exists() for _ in sessions)
    assert (tmp_path / "landing" / "demonstration.json").exists()


@pytest.mark.parametrize("participants", [1, 5, 60])
def test_small_demonstrations_have_every_participant(participants, tmp_path):
    write_with_truth(tmp_path / "small", participants=participants, seed=4)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert overall(truth)["K01", "persons", "all"]["value"] == participants
    last = tmp_path / "small" / "surveymonkey_follow_up" / truth["as_of"]
    assert list(last.iterdir())


def test_the_planted_figures_are_about_the_published_ones(truth):
    found = {(kpi, estimand): row["value"] for (kpi, estimand, _), row in overall(truth).items()}
    outside = {
        key: found[key] for key, (wanted, margin) in PUBLISHED.items() if abs(found[key] - wanted) > margin
    }
    assert outside == {}


def test_participants_are_exact_and_feedback_is_plenty(truth):
    found = overall(truth)
    assert found["K01", "persons", "all"]["value"] == 2400
    assert 2000 < found["K02", "persons", "post"]["value"] < 2400
    assert found["K01", "attendances", "all"]["value"] > 2400
    rate = found["K03", "rate", "follow_up"]
    assert rate["value"] == rate["numerator"] / rate["denominator"]


@pytest.mark.parametrize(
    "estimand", ["no_shows", "cancellations", "unidentified_attendances", "bookings", "attendances"]
)
def test_every_kind_of_booking_and_attendance_is_planted(truth, estimand):
    assert overall(truth)["K01", estimand, "all"]["value"] > 0


@pytest.mark.parametrize("estimand", ["attendances", "bookings", "cancellations", "no_shows"])
def test_the_parts_of_a_breakdown_add_up_to_the_whole(truth, estimand):
    sums: defaultdict[str, int] = defaultdict(int)
    for row in truth["kpis"]:
        if row["kpi_id"] == "K01" and row["estimand"] == estimand:
            sums[row["breakdown"]] += row["value"]
    assert set(sums) == {"all", "month", "region", "care_setting", "staff_group"}
    assert len(set(sums.values())) == 1


def test_people_who_attend_twice_count_once_in_the_whole(truth):
    by_month = sum(
        row["value"]
        for row in truth["kpis"]
        if (row["kpi_id"], row["estimand"], row["breakdown"]) == ("K01", "persons", "month")
    )
    assert 2400 < by_month <= overall(truth)["K01", "attendances", "all"]["value"]


def test_shares_are_their_numerator_over_their_denominator(truth):
    shares = [row for row in truth["kpis"] if row["estimand"] in {"share", "rate", "mean", "share_high"}]
    assert all(row["value"] == row["numerator"] / row["denominator"] for row in shares)
    assert all(row["denominator"] <= row["eligible_n"] for row in shares)


def test_the_ledger_adds_up_and_every_outcome_is_planted(truth):
    ledger = truth["ledger"]
    assert set(ledger) == {
        "pretix_bookings",
        "eventbrite_bookings",
        "teams_attendance",
        "forms_pre",
        "qualtrics_post",
        "surveymonkey_follow_up",
    }
    for counts in ledger.values():
        outcomes = ("loaded", "duplicate", "excluded", "rejected")
        assert counts["received"] == sum(counts[outcome] for outcome in outcomes)
    planted = {outcome for counts in ledger.values() for outcome, n in counts.items() if n}
    assert planted == {"received", "loaded", "duplicate", "excluded", "rejected"}
    assert all(ledger[name]["rejected"] for name in ("pretix_bookings", "eventbrite_bookings"))


def test_every_way_of_linking_and_not_counting_is_planted(truth):
    ways = {(row["wave"], row["state"]) for row in truth["links"]} | {
        (row["wave"], row["tier"]) for row in truth["links"]
    }
    assert ways >= {
        ("post", "reference"),
        ("post", "email"),
        ("post", "none"),
        ("post", "superseded"),
        ("post", "not_attended"),
        ("post", "wrong_time"),
        ("pre", "email"),
        ("pre", "none"),
        ("pre", "wrong_time"),
        ("pre", "superseded"),
        ("follow_up", "reference"),
        ("follow_up", "email"),
        ("follow_up", "none"),
    }
