"""What is shown of a figure.

Released counts are rounded to the nearest 5. Shares and their intervals are computed again from the rounded
counts and shown as whole per cents; mean scores have one decimal, and their sums are not shown.
"""

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.rounding import release_kpis
from ccds_pipeline_tests.support.kpi_cells import cells, count_cell, mean_cell, share_cell
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example("Counts of people.", {"exact": "count\n8\n12\n13\n2402"}, "value\n10\n10\n15\n2400"),
    Example(
        "Of 2,052 people 1,949 agreed, which is 94.98 %.",
        {"exact": "favourable | answered\n1949 | 2052"},
        """
            numerator | denominator | value | ci_low | ci_high
            1950      | 2050        | 0.95  | 0.94   | 0.96
        """,
    ),
    Example(
        "A mean of 1,203 answers.",
        {"exact": "mean | answered\n8.6667 | 1203"},
        """
            numerator | denominator | value
                      | 1205        | 8.7
        """,
    ),
)


def cell_of(row: Row) -> dict[str, object]:
    """Return the exact cell of one figure."""
    if "count" in row:
        return count_cell("all", int(row["count"]))
    if "mean" in row:
        return mean_cell("all", float(row["mean"]), int(row["answered"]))
    return share_cell("all", int(row["favourable"]), int(row["answered"]))


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    released = [
        release_kpis(cells(cell_of(row)), rules=ReleaseRules()).iloc[0] for row in example.rows("exact")
    ]
    assert example.shown(released) == example.expected
