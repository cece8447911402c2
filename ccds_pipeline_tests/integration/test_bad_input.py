"""Bad input ends with an exit code and a sentence that names place, rule and remedy; the rest still loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.commands import KEY, ccds

DATA = Path(__file__).parents[1] / "data"
PROGRAMME = DATA / "workshop.yaml"
HEADER = (
    (DATA / "workshop" / "indico_post" / "2019-06-30" / "invented.csv")
    .read_text("utf-8-sig")
    .partition("\n")[0]
)
ROW = ",,2019-04-12 08:{:02}:53.590450+00:00,More reusable; Better documented,Yes,No,\r\n"


def write_survey(landing: Path, *, day: str = "2019-06-30", rows: int = 3) -> Path:
    file = landing / "indico_post" / day / "survey.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    records = "".join(ROW.format(number) for number in range(rows))
    file.write_text(HEADER + "\r\n" + records, newline="")
    return file


def run(landing: Path, *options: str | Path, key: str | None = KEY) -> subprocess.CompletedProcess[str]:
    data = landing.parent / "data"
    result = ccds("run", "--landing", landing, "--data", data, "--programme", PROGRAMME, *options, key=key)
    assert "Traceback" not in result.stderr
    return result


def loaded(landing: Path) -> dict[str, int]:
    with duckdb.connect(str(landing.parent / "data" / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT delivery_on, sum(loaded_n) FROM ops.delivery GROUP BY 1").fetchall()
    return {str(day): int(count) for day, count in rows}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    write_survey(folder)
    return folder


@pytest.mark.parametrize(
    ("key", "rule"),
    [(None, "key_present"), ("abc", "key"), ("00" * 32, "key"), ("password", "key")],
)
def test_a_missing_or_weak_key_is_a_configuration_error(landing, key, rule):
    result = run(landing, key=key)
    assert result.returncode == 3
    assert rule in result.stderr
    assert "What to do" in result.stderr
    assert not (landing.parent / "data" / "warehouse.duckdb").exists()


def test_a_missing_landing_folder_is_a_configuration_error(tmp_path):
    result = run(tmp_path / "absent")
    assert result.returncode == 3
    assert "absent" in result.stderr


def test_a_malformed_programme_file_is_told_by_line_and_field(landing, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(PROGRAMME.read_text().replace("record: response", "record: respond", 1))
    result = ccds("run", "--landing", landing, "--data", tmp_path / "data", "--programme", broken, key=KEY)
    assert result.returncode == 3
    assert "broken.yaml, line" in result.stderr
    assert "sources.0.record" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--delivery", "30/06/2019"),
        ("run", "--nonsense"),
        ("nonsense",),
        ("demo", "--participants", "0"),
    ],
)
def test_a_wrong_call_is_a_usage_error(tmp_path, arguments):
    assert ccds(*arguments, cwd=tmp_path).returncode == 2


def test_a_date_without_delivery_is_a_usage_error(landing):
    result = run(landing, "--delivery", "2001-01-01")
    assert result.returncode == 2
    assert "2001-01-01" in result.stderr


@pytest.mark.slow
def test_an_unknown_source_folder_is_told_and_the_others_load(landing):
    (landing / "survymonkey" / "2019-06-30").mkdir(parents=True)
    result = run(landing)
    assert result.returncode == 1
    assert "survymonkey" in result.stderr
    assert "unknown_source" in result.stderr
    assert loaded(landing) == {"2019-06-30": 3}
    assert "W2" in result.stdout


def empty(file: Path) -> None:
    file.write_bytes(b"")


def html(file: Path) -> None:
    file.write_text("<!DOCTYPE html><html><body>Please sign in</body></html>")


def without_a_question(file: Path) -> None:
    file.write_text(file.read_text().replace("Has it become easier", "Is it easier"))


def other_layout(file: Path) -> None:
    file.write_text("a,b\n1,2\n")


def binary(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 20)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (empty, "empty"),
        (html, "html"),
        (without_a_question, "column_missing"),
        (other_layout, "column"),
        (binary, ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name_and_rule_and_the_others_load(landing, spoil, rule):
    bad = write_survey(landing, day="2019-07-31")
    spoil(bad)
    result = run(landing)
    assert result.returncode == 1
    refused = [line for line in result.stderr.splitlines() if line.startswith("Refused: ")]
    assert len(refused) == 1
    assert str(bad) in refused[0]
    assert rule in refused[0]
    assert loaded(landing) == {"2019-06-30": 3, "2019-07-31": 0}


@pytest.mark.slow
def test_a_bad_row_is_named_by_file_line_column_and_rule_and_loads_after_the_fix(landing):
    file = write_survey(landing)
    good = file.read_text()
    file.write_text(good.replace(",Yes,No,", ",Perhaps,No,", 1), newline="")
    result = run(landing)
    assert f"{file}, line 2, easier: 1 row(s) [answer_outside_scale]" in result.stderr
    assert "Perhaps" not in result.stderr
    assert loaded(landing) == {"2019-06-30": 2}
    file.write_text(good, newline="")
    assert run(landing).returncode == 0
    assert loaded(landing) == {"2019-06-30": 3}


@pytest.mark.slow
def test_a_warehouse_held_by_another_process_is_busy(landing):
    data = landing.parent / "data"
    data.mkdir()
    with duckdb.connect(str(data / "warehouse.duckdb")):
        result = run(landing)
    assert result.returncode == 4
    assert "process" in result.stderr


@pytest.mark.slow
def test_another_key_than_the_warehouses_is_refused_and_nothing_changes(landing):
    assert run(landing).returncode == 0
    before = loaded(landing)
    other = run(landing, key=KEY[::-1])
    assert other.returncode == 3
    assert "another pseudonym key" in other.stderr
    assert loaded(landing) == before


def test_kpis_before_any_run_say_what_to_do(tmp_path):
    result = ccds("kpis", "--data", tmp_path)
    assert result.returncode == 3
    assert "ccds run" in result.stderr


def test_a_demonstration_is_not_written_over_something_else(landing):
    result = ccds("demo", "--out", landing)
    assert result.returncode == 2
    assert list(landing.rglob("*.csv"))


def test_help_imports_no_heavy_package():
    script = (
        "import sys\nfrom typer.testing import CliRunner\nfrom ccds_pipeline.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "assert not {'dagster', 'pandas', 'great_expectations', 'duckdb', 'pyarrow'} & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
