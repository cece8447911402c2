"""Which answers count.

Of what a person answers to one survey of one session, one answer counts: the last, given at a time that fits
the survey, by somebody who attended. The others stay in the warehouse with the reason why they do not count.
"""

from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Ann answered twice after the session: the last answer counts.",
        {
            "booked": "who | address\nAnn | ann@example.org",
            "answered": """
                answer | survey | booking | at
                first  | after  | Ann     | 2022-03-01 13:00
                second | after  | Ann     | 2022-03-01 14:00
            """,
        },
        """
            answer | belongs to | state
            first  | Ann        | superseded
            second | Ann        | valid
        """,
    ),
    Example(
        "The session was on 1 March, at 9:30. An answer to the survey before it came the day after.",
        {
            "booked": "who | address\nBo | bo@example.org",
            "answered": """
                answer | survey | booking | at
                late   | before | Bo      | 2022-03-02 09:00
            """,
        },
        """
            answer | belongs to | state
            late   | Bo         | wrong_time
        """,
    ),
    Example(
        "Cai booked and did not come: an answer is linked, and does not count.",
        {
            "booked": "who | address | attended\nCai | cai@example.org | no",
            "answered": """
                answer | survey | booking
                one    | after  | Cai
            """,
        },
        """
            answer | belongs to | state
            one    | Cai        | not_attended
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, answers):
    assert example.shown(answers[EXAMPLES.index(example)]) == example.expected
