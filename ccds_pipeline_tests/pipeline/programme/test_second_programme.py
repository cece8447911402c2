"""Nothing of CCDS is in the code: another programme runs end to end from a YAML file alone.

Its answers are counted once by the pipeline and once here, from the files with the csv module.
"""

import csv
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.paths import ROOT

DATA = ROOT / "ccds_pipeline_tests" / "data"
SAMPLES = ROOT.parent / "shared" / "samples"
SAMPLE_FILES = {
    "indico_pre/2019-06-01": (
        "indico_survey",
        ["coderefinery_pre_2019_oslo.csv", "coderefinery_pre_2019_stockholm.csv"],
    ),
    "typeform_pre/2017-06-30": ("typeform", ["coderefinery_pre_2017_tromso.csv"]),
    "indico_post/2019-06-30": ("indico_survey", ["coderefinery_post_2019a.csv"]),
    "typeform_post/2017-12-31": ("typeform", ["coderefinery_post_2017.csv"]),
}
WORDS = {"1": "answered_yes", "Yes": "answered_yes", "0": "answered_no", "No": "answered_no", "": ""}


def sample_landing(folder: Path) -> Path:
    for delivery, (tool, names) in SAMPLE_FILES.items():
        (folder / delivery).mkdir(parents=True)
        for name in names:
            shutil.copy(SAMPLES / tool / name, folder / delivery)
    return folder


def cells(landing: Path, source: str, text: str) -> list[str]:
    """Return the cells of one column, named in whole or in part, of all files of a source."""
    found = []
    for file in sorted((landing / source).rglob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        column = min(range(len(header)), key=lambda place: (header[place] != text, text not in header[place]))
        found += [row[column].strip() for row in rows if row]
    return found


def answers(data: Path, source: str, question: str) -> Counter[str]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT option_code FROM core.fact_answer INNER JOIN core.fact_response USING (response_key) "
            "WHERE source_id = ? AND question_id = ?",
            [source, question],
        ).fetchall()
    return Counter(code for (code,) in rows)


@pytest.fixture(
    scope="module",
    params=[
        "invented",
        pytest.param(
            "samples",
            marks=[
                pytest.mark.heavy,
                pytest.mark.skipif(not SAMPLES.exists(), reason="real files are not here"),
            ],
        ),
    ],
)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    landing = DATA / "workshop" if request.param == "invented" else sample_landing(folder / "landing")
    result = ccds(
        "run", "--landing", landing, "--data", folder / "data", "--programme", DATA / "workshop.yaml", key=KEY
    )
    assert result.returncode == 0, result.stderr
    assert "W2" in result.stdout
    return landing, folder / "data"


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("source", ["indico_post", "typeform_post"])
@pytest.mark.parametrize(
    ("question", "text"), [("easier", "Has it become easier"), ("passed_on", "Have you introduced one")]
)
def test_single_answers_equal_the_files(finished, source, question, text):
    landing, data = finished
    assert answers(data, source, question) == Counter(WORDS[cell] for cell in cells(landing, source, text))


def test_answers_ticked_in_one_cell_equal_the_files(finished):
    landing, data = finished
    texts = cells(landing, "indico_post", "Would you judge your code")
    ticked = Counter(part for text in texts for part in text.split("; ") if part)
    found = answers(data, "indico_post", "better_code")
    assert found["reusable"] == ticked["More reusable"]
    assert found["documented"] == ticked["Better documented"]
    assert found[""] == texts.count("")


def test_answers_ticked_in_columns_equal_the_files(finished):
    landing, data = finished
    for code, column in {"reusable": "Reusable", "modular": "Modular"}.items():
        assert answers(data, "typeform_post", "better_code")[code] == cells(
            landing, "typeform_post", column
        ).count("1")
    assert answers(data, "typeform_pre", "version_control")["git"] == cells(
        landing, "typeform_pre", "Git"
    ).count("Git")


def test_an_answer_outside_of_the_options_is_other_where_the_programme_says_so(finished):
    landing, data = finished
    texts = cells(landing, "indico_pre", "Are you using version control?")
    parts = [part for text in texts for part in text.split("; ")]
    known = {"Git", "Subversion"} | {part for part in parts if part.startswith("I don't use version control")}
    assert answers(data, "indico_pre", "version_control")["other"] == sum(part not in known for part in parts)


def test_the_released_kpi_has_its_population(finished):
    landing, data = finished
    texts = [
        WORDS[c] for s in ("indico_post", "typeform_post") for c in cells(landing, s, "Has it become easier")
    ]
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "SELECT numerator, denominator, blank_n FROM kpi.kpi WHERE kpi_id = 'W2' AND is_headline"
        ).fetchall()
    assert row == [(texts.count("answered_yes"), len(texts) - texts.count(""), texts.count(""))]
