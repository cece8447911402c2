"""A change from before to after.

A change is measured in pairs: the answers of one person before and after one session. The headline, E1, is
the change of the mean of the pairs relative to the mean before. An answer without its other half counts in no
pair. Fewer than 30 pairs are said to be too few.
"""

from ccds_pipeline_tests.support.counted_examples import readings, scored
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Three people answered twice, one only before, one only after.",
        {
            "scores": """
                who | before | after
                Ann | 2      | 4
                Bo  | 3      | 3
                Cai | 1      | 5
                Dee | 1      |
                Eve |        | 5
            """
        },
        """
            reading     | value | denominator | status
            mean_before | 2     | 3           | too_few_pairs
            mean_after  | 4     | 3           | too_few_pairs
            difference  | 2     | 3           | too_few_pairs
            E1          | 1     | 3           | too_few_pairs
        """,
    ),
    Example(
        "There is no pair.",
        {"scores": "who | before | after\nAnn | 2 |\nBo | | 4"},
        """
            reading | value | denominator | status
            E1      |       | 0           | no_answers
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    names = [row["reading"] for row in example.expected]
    assert example.shown(readings(scored(example.rows("scores")), "W7", *names)) == example.expected
