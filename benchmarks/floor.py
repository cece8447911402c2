"""The floor: one DuckDB script that reads the survey files as they are and computes the KPI values.

No validation, no ledger, no privacy, no attendance: what the pipeline adds over this is what it is for.
Usage: python benchmarks/floor.py LANDING WORKING_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pandas as pd
from python_calamine import CalamineWorkbook

_TOP = {
    "K04": ("Q1", ("Very good", "Excellent")),
    "K07": ("Q2", ("Yes",)),
    "K08": ("Q3", ("Agree", "Strongly agree")),
    "K09": ("Q4", ("Agree", "Strongly agree")),
    "K10": ("Q5", ("Satisfied", "Very satisfied")),
    "K11": ("Q6", ("Satisfied", "Very satisfied")),
    "K12": ("Q7", ("Very good", "Excellent")),
}
_READ = """
CREATE TABLE post AS
SELECT * FROM read_csv(?, all_varchar = true, header = true, union_by_name = true)
WHERE Finished = 'True' AND Status = 'IP Address'
QUALIFY row_number() OVER (PARTITION BY ResponseId ORDER BY RecordedDate DESC) = 1;
"""
_FOLLOW_UP = """
CREATE TABLE follow_up AS
SELECT * FROM read_csv(?, all_varchar = true, header = true, union_by_name = true)
WHERE "Respondent ID" IS NOT NULL AND "End Date" IS NOT NULL
"""
_CHANGE = """
WITH pair AS (
    SELECT TRY_CAST(pre.confidence AS DOUBLE) AS before, TRY_CAST(post.Q8_3 AS DOUBLE) AS after
    FROM pre INNER JOIN post
        ON lower(pre.email) = lower(post.RecipientEmail) AND upper(pre.code) = upper(post.session)
)
SELECT (sum(after) - sum(before)) / sum(before) FROM pair WHERE before IS NOT NULL AND after IS NOT NULL
"""
_MORE_CONFIDENT = """
SELECT avg(CAST(COLUMNS('Six weeks on.*') IN ('Agree', 'Strongly agree') AS INTEGER)) FROM follow_up
"""


def main(landing: Path, work: Path) -> None:
    """Read the surveys into a new database file, store the answers, print the values."""
    with duckdb.connect(str(work / "floor.duckdb")) as connection:
        connection.execute(_READ, [sorted(map(str, (landing / "qualtrics_post").rglob("*.csv")))])
        connection.execute(
            _FOLLOW_UP, [sorted(map(str, (landing / "surveymonkey_follow_up").rglob("*.csv")))]
        )
        for number, file in enumerate(sorted((landing / "forms_pre").rglob("*.xlsx"))):
            header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
            frame = pd.DataFrame(rows, columns=range(len(header))).astype("str")
            connection.register(
                "sheet", frame.iloc[:, [3, 6, 7]].set_axis(["email", "code", "confidence"], axis=1)
            )
            connection.execute(f"{'CREATE TABLE pre AS' if number == 0 else 'INSERT INTO pre'} FROM sheet")
        for kpi_id, (column, favourable) in _TOP.items():
            statement = (
                f"SELECT avg(CAST(list_contains(?, {column}) AS INTEGER)) FROM post "  # noqa: S608  # names above
                f"WHERE {column} IS NOT NULL AND {column} <> 'Not applicable'"
            )
            print(kpi_id, connection.execute(statement, [list(favourable)]).fetchone())
        for kpi_id, column in {"K13": "Q8_1", "K14": "Q8_2"}.items():
            statement = f"SELECT avg(TRY_CAST({column} AS INTEGER)) FROM post"  # noqa: S608  # names above
            print(kpi_id, connection.execute(statement).fetchone())
        print("K15", connection.execute(_CHANGE).fetchone())
        print("K16", connection.execute(_MORE_CONFIDENT).fetchone())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
