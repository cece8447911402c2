"""A share of answers: what it is a share of.

The share is that of the people whose answer is favourable among all who gave an answer. Blank answers and
"not applicable" are counted beside it, and in neither part of the share. Without a single answer there is no
share.
"""

from ccds_pipeline_tests.support.counted_examples import answered, readings
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Five people were asked whether it was clear; agreeing is favourable.",
        {
            "answers": """
                who | clear
                Ann | agree
                Bo  | agree
                Cai | partly
                Dee | blank
                Eve | N/A
            """
        },
        """
            numerator | denominator | blank_n | not_applicable_n | value
            2         | 3           | 1       | 1                | 0.6666666667
        """,
    ),
    Example(
        "Nobody gave an answer that counts.",
        {"answers": "who | clear\nAnn | blank\nBo | N/A"},
        """
            numerator | denominator | blank_n | not_applicable_n | value | status
            0         | 0           | 1       | 1                |       | no_answers
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert (
        example.shown(readings(answered("clear", example.rows("answers")), "W4", "share")) == example.expected
    )
