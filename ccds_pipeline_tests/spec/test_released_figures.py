"""What is shown of a figure.

Released counts are perturbed: a small whole number, decided by who is counted, is added or taken away.
Shares and their intervals are computed from the perturbed counts; the interval holds the noise. Where noise
alone could move a share by more than 5 points, the interval stands without a value. Mean scores have one
decimal, and their sums are not shown.
"""

from ccds_pipeline_tests.support.kpi_cells import cells, mean_cell, share_cell
from ccds_pipeline_tests.support.kpi_release import quiet, release
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "Of 2,052 people 1,949 agreed, which is 94.98 %. The noise happens to be 0.",
        {"exact": "favourable | answered\n1949 | 2052"},
        """
            numerator | denominator | value | ci_low | ci_high
            1949      | 2052        | 0.95  | 0.939  | 0.959
        """,
    ),
    Example(
        "Of 40 people 30 agreed: so few that noise would move the share too far.",
        {"exact": "favourable | answered\n30 | 40"},
        """
            numerator | denominator | value | ci_low | ci_high
                      | 40          |       | 0.58   | 0.88
        """,
    ),
    Example(
        "A mean of 1,203 answers.",
        {"exact": "mean | answered\n8.6667 | 1203"},
        """
            numerator | denominator | value
                      | 1203        | 8.7
        """,
    ),
)


def cell_of(row: Row) -> dict[str, object]:
    """Return the exact cell of one figure."""
    if "mean" in row:
        return mean_cell("all", float(row["mean"]), int(row["answered"]))
    return share_cell("all", int(row["favourable"]), int(row["answered"]))


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    released = [release(cells(cell_of(row)), keys=quiet).iloc[0] for row in example.rows("exact")]
    assert example.shown(released) == example.expected
