"""The ``ccds comments`` commands, for analysts with access to the restricted warehouse.

What they do is written in ``ccds_pipeline.comments``; heavy packages are imported by the command that
needs them.
"""

from __future__ import annotations

from collections.abc import Hashable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccds_pipeline.cli.options import DataOption, ProgrammeOption, opened
from ccds_pipeline.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from ccds_pipeline.programme.model import Programme

comments_app = typer.Typer(
    name="comments",
    help="Analyse redacted comments; restricted, for analysts with access to the warehouse.",
    no_args_is_help=True,
)

_RESTRICTED = "Restricted: for people with access to the warehouse; not for publication."

_SeedOption = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]


@comments_app.command()
def explore(
    question: Annotated[str | None, typer.Option(help="Only comments on this question.")] = None,
    topics: Annotated[int, typer.Option(min=2, max=30, help="How many topics.")] = 8,
    seed: _SeedOption = 1,
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Print topics that the lexicon may lack, with their weightiest terms."""
    from ccds_pipeline.comments.topics import explore_topics

    with opened(data, programme, read_only=True) as (connection, rules):
        comments = _on_question(_comments(connection), rules, question)
    found = explore_topics(comments, topics_n=topics, minimum_people=rules.release.minimum_people, seed=seed)
    typer.echo(_RESTRICTED)
    for position, topic in enumerate(found.topics, start=1):
        typer.echo(f"{position:>3}  {topic.comments_n:>7,} comments  {', '.join(topic.terms)}")
    typer.echo(
        f"Of {found.comments_n:,} comments, {found.without_term_n:,} hold no term of at least "
        f"{rules.release.minimum_people} people."
    )


@comments_app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Coding sheet to write; it must not exist yet.")],
    size: Annotated[int, typer.Option(min=1, help="How many comments.")] = 200,
    seed: _SeedOption = 1,
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Write a coding sheet: a random sample of comments with an empty column per theme."""
    from ccds_pipeline.comments.sheet import write_sheet

    with opened(data, programme, read_only=True) as (connection, rules):
        comments = _comments(connection)
    drawn = write_sheet(out, comments, rules, size=size, seed=seed)
    typer.echo(f"{_RESTRICTED} {drawn:,} comments to code: {out}", err=True)
    typer.echo("Mark a theme with 1 or x, or none; a row without any mark or 0 is not coded.", err=True)


@comments_app.command()
def agreement(
    sheets: Annotated[
        list[Path], typer.Argument(metavar="FILE [FILE2]", help="Coding sheets, one per coder.")
    ],
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Measure how far coders agree with the lexicon and with each other, and store it."""
    from ccds_pipeline.comments.agreement import measure_agreement, store_agreement
    from ccds_pipeline.comments.sheet import read_sheet

    if len(sheets) > 2:  # noqa: PLR2004  # a pair of coders
        raise UsageError(
            "agreement is between the lexicon and one or two coders",
            rule="one_or_two_sheets",
            remedy="Give one or two coding sheets.",
        )
    with opened(data, programme) as (connection, rules):
        comments = _comments(connection)
        coded = [read_sheet(path, comments, rules) for path in sheets]
        rows = measure_agreement([sheet.marks for sheet in coded], comments, rules.themes)
        store_agreement(connection, rows)
    typer.echo(_agreement_table(rows))
    for sheet, path in zip(coded, sheets, strict=True):
        typer.echo(f"{path}: {len(sheet.marks):,} coded, {sheet.uncoded_n:,} not coded yet", err=True)


@comments_app.command()
def quote(
    reference: Annotated[str, typer.Argument(help="Reference of the response, from a coding sheet.")],
    question: Annotated[str, typer.Option(help="Which of its comments.")],
    approver: Annotated[str, typer.Option(help="Name or role of who approves.")],
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Record that somebody approves quoting a comment; two different people have to."""
    from ccds_pipeline.comments.quotations import APPROVALS_NEEDED, approve_quotation

    with opened(data, programme) as (connection, rules):
        approvals = approve_quotation(
            connection, rules, reference=reference, question_id=question, approver=approver
        )
    done = "it may be quoted" if approvals >= APPROVALS_NEEDED else "one more person has to approve it"
    typer.echo(f"Recorded: {approvals} approval(s) of the comment as it is now; {done}.", err=True)


@comments_app.command()
def quotations(
    out: Annotated[
        Path | None, typer.Option(help="Write them here for the publication; it must not exist yet.")
    ] = None,
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """List the comments that two people approved for quotation."""
    from ccds_pipeline.comments.private_csv import write_private_csv
    from ccds_pipeline.comments.quotations import approved_quotations

    with opened(data, programme, read_only=True) as (connection, rules):
        approved = approved_quotations(connection, rules)
    if out is None:
        typer.echo(_RESTRICTED)
        for reference, question_id, text in approved.itertuples(index=False, name=None):
            in_one_line = "".join(char if char.isprintable() else " " for char in text)
            typer.echo(f"{reference}  {question_id}: {in_one_line}")
    else:
        texts = {question.id: question.text for question in rules.questions}
        rows = (
            (texts[question_id], text)
            for question_id, text in approved[["question_id", "redacted_text"]].to_numpy()
        )
        write_private_csv(out, ["question", "quotation"], rows)
    typer.echo(f"{len(approved):,} approved quotation(s)" + (f": {out}" if out else "."), err=True)


def _comments(connection: sa.Connection) -> pd.DataFrame:
    from ccds_pipeline.comments.read import read_comments

    return read_comments(connection)


def _on_question(comments: pd.DataFrame, programme: Programme, question: str | None) -> pd.DataFrame:
    if question is None:
        return comments
    known = [question.id for question in programme.questions if question.kind == "text"]
    if question not in known:
        raise UsageError(
            "the programme has no such text question",
            rule="question_is_known",
            remedy=f"Give --question as one of: {', '.join(known) or 'none'}.",
        )
    return comments[comments["question_id"] == question]


def _agreement_table(rows: pd.DataFrame) -> str:
    header = f"{'Theme':<26}{'Coders':<22}{'Comments':>9}{'Agree':>9}{'Kappa':>8}  95 % interval"
    return "\n".join([header, *(_agreement_line(row) for row in rows.to_dict(orient="records"))])


def _agreement_line(row: dict[Hashable, Any]) -> str:
    observed = f"{100 * row['observed']:.0f} %" if row["comments_n"] else "none"
    kappa = "none" if isnan(row["kappa"]) else f"{row['kappa']:.2f}"
    interval = "" if isnan(row["ci_low"]) else f"{row['ci_low']:.2f} to {row['ci_high']:.2f}"
    coders = f"{row['coder']}, {row['other_coder']}"
    line = f"{row['theme_id']:<26}{coders:<22}{row['comments_n']:>9,}{observed:>9}{kappa:>8}  {interval}"
    return line.rstrip()
