"""Whose answer is it?

An answer is linked to a person by the best evidence that it carries: the reference of a booking, else the
address that somebody booked with, else the personal code that the same person wrote in another survey of the
same session. Evidence that points to two people links nobody, and the link table counts why.
"""

from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "The reference of a booking and the address of a booking both lead to the person who booked.",
        {
            "booked": """
                who | address
                Ann | ann@example.org
                Bo  | bo@example.org
            """,
            "answered": """
                answer | survey | booking | address
                first  | after  | Ann     | ann.at.home@example.net
                second | after  |         | bo@example.org
                third  | after  |         | stranger@example.org
            """,
        },
        """
            answer | belongs to | by        | outcome
            first  | Ann        | reference | matched
            second | Bo         | email     | matched
            third  | nobody     | none      | unmatched
        """,
    ),
    Example(
        "Before the session Cai gave a code and nothing else, afterwards the same code with the booking.",
        {
            "booked": """
                who | address
                Cai | cai@example.org
            """,
            "answered": """
                answer | survey | booking | code
                early  | before |         | MARSH27
                late   | after  | Cai     | marsh-27
            """,
        },
        """
            answer | belongs to | by        | outcome
            early  | Cai        | code      | matched
            late   | Cai        | reference | matched
        """,
    ),
    Example(
        "Two people gave the same code. An answer that has only the code is linked to nobody.",
        {
            "booked": """
                who | address
                Dee | dee@example.org
                Eve | eve@example.org
            """,
            "answered": """
                answer  | survey | booking | code
                of Dee  | after  | Dee     | OTTER31
                of Eve  | after  | Eve     | OTTER31
                of whom | before |         | OTTER31
            """,
        },
        """
            answer  | belongs to | by        | outcome
            of Dee  | Dee        | reference | matched
            of Eve  | Eve        | reference | matched
            of whom | nobody     | none      | collided
        """,
    ),
    Example(
        "Two people booked with the address of their ward. An answer with that address alone is of one of "
        "them, but of which is not known: it counts for neither.",
        {
            "booked": """
                who | address
                Fay | ward.7@example.org
                Gil | ward.7@example.org
            """,
            "answered": """
                answer | survey | booking | address
                of Fay | after  | Fay     |
                of Gil | after  | Gil     |
                one    | before |         | ward.7@example.org
            """,
        },
        """
            answer | belongs to | by        | outcome
            of Fay | Fay        | reference | matched
            of Gil | Gil        | reference | matched
            one    | Fay or Gil | none      | collided
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example, answers):
    assert example.shown(answers[EXAMPLES.index(example)]) == example.expected
