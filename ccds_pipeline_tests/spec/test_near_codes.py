"""Codes with a slip.

People mistype their personal code. Two codes that differ by one slip (a wrong character, one too many, one
too few, or two neighbours swapped) are taken for one if nothing else in the session comes near. A tie links
nobody.
"""

from ccds_pipeline_tests.support.specification import Example, examples


def one_code(story: str, before: str, belongs_to: str, by: str, outcome: str) -> Example:
    return Example(
        story,
        {
            "booked": "who | address\nAnn | ann@example.org",
            "answered": "answer | survey | booking | code\n"
            f"early | before | | {before}\nlate | after | Ann | AB12CD",
        },
        f"answer | belongs to | by | outcome\nearly | {belongs_to} | {by} | {outcome}\n"
        "late | Ann | reference | matched",
    )


EXAMPLES = (
    one_code("Case, blanks and dashes make no difference.", "ab-12 cd", "Ann", "code", "matched"),
    one_code("Two neighbours are swapped.", "AB21CD", "Ann", "near_code", "matched"),
    one_code("One character is wrong.", "AB92CD", "Ann", "near_code", "matched"),
    one_code("Two slips are too many.", "AB21CX", "nobody", "none", "unmatched"),
    Example(
        "Two answers before the session are each one slip from Bo's code: neither is taken for it.",
        {
            "booked": "who | address\nBo | bo@example.org",
            "answered": """
                answer | survey | booking | code
                one    | before |         | AB21CD
                two    | before |         | AB92CD
                late   | after  | Bo      | AB12CD
            """,
        },
        """
            answer | belongs to | by        | outcome
            one    | nobody     | none      | ambiguous
            two    | nobody     | none      | ambiguous
            late   | Bo         | reference | matched
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, answers):
    assert example.shown(answers[EXAMPLES.index(example)]) == example.expected
