"""Bad input ends with an exit code and a sentence that names place, rule and remedy; the rest still loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import DATA

PROGRAMME = DATA / "workshop.yaml"
HEADER = (
    (DATA / "workshop" / "indico_post" / "2019-06-30" / "invented.csv")
    .read_text("utf-8-sig")
    .partition("\n")[0]
)
ROW = ",,{} 08:{:02}:53.590450+00:00,More reusable; Better documented,Yes,No,\r\n"


def write_survey(landing: Path, *, day: str = "2019-06-30", rows: int = 3) -> Path:
    file = landing / "indico_post" / day / "survey.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    sent_on = min(day, "2019-04-12")  # nobody answers after the day of the delivery
    records = "".join(ROW.format(sent_on, number) for number in range(rows))
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


@pytest.mark.attack("A2")
@pytest.mark.parametrize(
    ("key", "rule"), [(None, "key_present"), ("abc", "key"), ("00" * 32, "key"), ("password", "key")]
)
def test_a_missing_or_weak_key_is_a_configuration_error(landing, key, rule):
    result = run(landing, key=key)
    assert result.returncode == 3
    assert rule in result.stderr
    assert "What to do" in result.stderr
    assert not (landing.parent / "data" / "warehouse.duckdb").exists()


@pytest.mark.parametrize("key", [KEY, None])
def test_a_missing_landing_folder_is_a_configuration_error_before_a_missing_key(tmp_path, key):
    result = run(tmp_path / "absent", key=key)
    assert result.returncode == 3
    assert "absent" in result.stderr


@pytest.mark.parametrize("folders", [[], ["survymonkey/2019-06-30"], ["indico_post/31-12-2021"]])
def test_a_landing_with_nothing_usable_is_told_before_anything_is_computed_or_asked_for(tmp_path, folders):
    landing = tmp_path / "landing"
    landing.mkdir()
    for folder in folders:
        (landing / folder).mkdir(parents=True)
        (landing / folder / "survey.csv").write_text(HEADER + "\r\n")
    result = run(landing, key=None)
    assert (result.returncode, "[landing_has_deliveries]" in result.stderr) == (3, True)
    assert all(Path(folder).name in result.stderr or "unknown_source" in result.stderr for folder in folders)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("option", ["--landing", "--data"])
def test_a_file_where_a_folder_is_expected_is_called_a_file(landing, tmp_path, option):
    file = tmp_path / "a file"
    file.write_text("")
    places = {"--landing": landing, "--data": tmp_path / "data"} | {option: file}
    words = [word for pair in places.items() for word in pair]
    result = ccds("run", *words, "--programme", PROGRAMME, key=KEY)
    assert (result.returncode, f"{file}: this is a file" in result.stderr) == (3, True)


def test_a_landing_server_that_is_away_is_told_and_can_be_tried_again(tmp_path):
    result = ccds(
        "run",
        "--landing",
        "sftp://nobody@127.0.0.1:9/x",
        "--data",
        tmp_path,
        "--programme",
        PROGRAMME,
        key=KEY,
    )
    assert (result.returncode, "[landing_reachable]" in result.stderr) == (4, True)


def test_a_malformed_programme_file_is_told_by_line_and_field(landing, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(PROGRAMME.read_text().replace("record: response", "record: respond", 1))
    result = ccds("run", "--landing", landing, "--data", tmp_path / "data", "--programme", broken, key=KEY)
    assert result.returncode == 3
    assert "broken.yaml, line" in result.stderr
    assert "sources.0.record" in result.stderr


def test_a_setting_that_cannot_be_used_is_named_without_its_value(tmp_path):
    (tmp_path / ".env").write_text("CCDS_LOADING_ATTEMPTS=many\n", encoding="utf-8")
    result = ccds("run", cwd=tmp_path)
    assert (result.returncode, "CCDS_LOADING_ATTEMPTS: Input should be" in result.stderr) == (3, True)
    assert "many" not in result.stderr


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


def empty(file: Path) -> None:
    file.write_bytes(b"")


def html(file: Path) -> None:
    file.write_text("<!DOCTYPE html><html><body>Please sign in</body></html>")


def without_a_question(file: Path) -> None:
    file.write_text(file.read_text().replace("Has it become easier", "Is it easier"))


def of_another_layout(file: Path) -> None:
    file.write_text("a,b\n1,2\n")


def binary(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 20)


SPOILED = {
    "2019-07-01": (empty, "empty"),
    "2019-07-02": (html, "html"),
    "2019-07-03": (without_a_question, "column_missing"),
    "2019-07-04": (of_another_layout, "missing_columns"),
    "2019-07-05": (binary, "wrong_encoding"),
}
BAD_ROW_DAY = "2019-07-06"


class Spoiled:
    """A landing folder of one sound delivery and many bad ones, and how a run over it ended."""

    def __init__(self, folder: Path) -> None:
        self.landing = folder / "landing"
        write_survey(self.landing)
        (self.landing / "survymonkey" / "2019-06-30").mkdir(parents=True)
        write_survey(self.landing, day="2999-01-01")
        self.files = {day: write_survey(self.landing, day=day) for day in SPOILED}
        for day, (spoil, _) in SPOILED.items():
            spoil(self.files[day])
        self.bad_row = write_survey(self.landing, day=BAD_ROW_DAY)
        self.good = self.bad_row.read_text()
        self.bad_row.write_text(self.good.replace(",Yes,No,", ",Perhaps,No,", 1))
        self.result = run(self.landing)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    return Spoiled(tmp_path_factory.mktemp("spoiled"))


pytestmark = pytest.mark.slow


def test_bad_input_ends_with_exit_code_one_and_the_rest_is_computed(spoiled):
    assert spoiled.result.returncode == 1
    assert "W2" in spoiled.result.stdout
    refused = dict.fromkeys(SPOILED, 0)
    assert loaded(spoiled.landing) == {"2019-06-30": 3, BAD_ROW_DAY: 3} | refused


def test_an_unknown_source_folder_is_told_with_the_known_names(spoiled):
    (told,) = [line for line in spoiled.result.stderr.splitlines() if "unknown_source" in line]
    assert "survymonkey" in told
    assert "indico_post" in spoiled.result.stderr


def test_a_delivery_of_the_future_is_told_and_not_loaded(spoiled):
    assert "indico_post/2999-01-01" in spoiled.result.stderr
    assert "delivery_date_possible" in spoiled.result.stderr


@pytest.mark.parametrize("day", SPOILED)
def test_a_file_that_cannot_be_read_is_refused_by_path_rule_and_remedy(spoiled, day):
    file, rule = f"indico_post/{day}/survey.csv", SPOILED[day][1]
    (told,) = [line for line in spoiled.result.stderr.splitlines() if line.startswith(f"Refused: {file}")]
    assert rule in told.rpartition("[")[2]
    assert told.count(". ") >= 1


def test_a_bad_answer_is_named_by_delivery_and_question_without_its_value(spoiled):
    (told,) = [line for line in spoiled.result.stderr.splitlines() if "answers_are_understood" in line]
    assert BAD_ROW_DAY in told
    assert told.endswith(": easier")
    assert "Perhaps" not in spoiled.result.stderr


@pytest.mark.heavy
def test_the_answer_is_understood_after_the_file_is_corrected(spoiled):
    spoiled.bad_row.write_text(spoiled.good)
    again = run(spoiled.landing, "--delivery", BAD_ROW_DAY)
    assert "answers_are_understood" not in again.stderr
    assert loaded(spoiled.landing)[BAD_ROW_DAY] == 3


@pytest.mark.attack("A4")
def test_another_key_than_the_warehouses_is_refused_and_nothing_changes(spoiled):
    before = loaded(spoiled.landing)
    other = run(spoiled.landing, "--delivery", "2019-06-30", key=KEY[::-1])
    assert other.returncode == 3
    assert "another pseudonym key" in other.stderr
    assert loaded(spoiled.landing) == before


def test_a_warehouse_held_by_another_process_is_busy(landing):
    data = landing.parent / "data"
    data.mkdir()
    with duckdb.connect(str(data / "warehouse.duckdb")):
        result = run(landing)
    assert result.returncode == 4
    assert "process" in result.stderr


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
        "import sys\nfrom typer.testing import CliRunner\nfrom ccds_pipeline.cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "assert not {'dagster', 'pandas', 'great_expectations', 'duckdb', 'pyarrow'} & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
