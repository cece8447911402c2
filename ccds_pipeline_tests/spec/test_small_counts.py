"""Counts that are withheld.

A released count of 1 to 7 people is withheld; nobody is a true zero, and is shown. Places are judged by the
people behind them. A measure of answers needs at least 11 people.
"""

from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell
from ccds_pipeline_tests.support.kpi_release import quiet, release
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "People by region; their noise happens to be 0. Y56 is small.",
        {
            "counts": """
                part | people
                Y56  | 4
                Y58  | 90
                Y59  | 26
                Y60  | 0
                all  | 120
            """
        },
        """
            part | value | suppression_reason
            Y56  |       | small_count
            Y58  | 90    |
            Y59  | 26    |
            Y60  | 0     |
            all  | 120   |
        """,
    ),
    Example(
        "Forty places of seven people are as few as seven people.",
        {"counts": "part | places | people\nall | 40 | 7"},
        """
            part | value | suppression_reason
            all  |       | small_count
        """,
    ),
    Example(
        "Sixty answers of ten people give no mean.",
        {"counts": "part | mean | answers | people\nall | 8.1 | 60 | 10"},
        """
            part | value | suppression_reason
            all  |       | few_people
        """,
    ),
    Example(
        "Eleven people are enough.",
        {"counts": "part | mean | answers | people\nall | 8.1 | 60 | 11"},
        """
            part | value | suppression_reason
            all  | 8.1   |
        """,
    ),
)


def cell_of(row: Row) -> dict[str, object]:
    """Return the exact cell of one part."""
    people = int(row["people"])
    if "mean" in row:
        return mean_cell(row["part"], float(row["mean"]), int(row["answers"]), people=people)
    if "places" in row:
        return count_cell(row["part"], int(row["places"]), people=people)
    return count_cell(row["part"], people)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    exact = cells(*map(cell_of, example.rows("counts")))
    population = "attended/" + exact["level"]
    released = release(exact.assign(population=population), keys=quiet).rename(columns={"level": "part"})
    assert sorted(example.shown(released), key=str) == sorted(example.expected, key=str)
