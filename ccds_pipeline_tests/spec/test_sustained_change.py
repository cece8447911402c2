"""Whether a change lasts.

Who answered before, after and weeks later is a complete case. What lasts is the mean difference of the
complete cases: weeks later against before (the headline), and weeks later against after. Who missed one of
the three is left out.
"""

from ccds_pipeline_tests.support.counted_examples import readings, scored
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Two complete cases, and two people who missed a survey.",
        {
            "scores": """
                who | before | after | later
                Ann | 1      | 4     | 3
                Bo  | 2      | 5     | 5
                Cai | 2      |       | 5
                Dee |        | 3     | 1
            """
        },
        """
            reading      | value | denominator | is_headline
            since_before | 2.5   | 2           | yes
            since_after  | -0.5  | 2           | no
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    names = [row["reading"] for row in example.expected]
    assert example.shown(readings(scored(example.rows("scores")), "W10", *names)) == example.expected
