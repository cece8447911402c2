"""The command ``ccds case-study``; what it tells is in ``ccds_pipeline.reporting.case_study``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccds_pipeline.cli.options import DataOption, ProgrammeOption, settings_of
from ccds_pipeline.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from ccds_pipeline.reporting.case_study import Story


def case_study(
    to: Annotated[Path, typer.Option(help="File to write: .md, .html or .docx.")],
    *,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help="Leave out what the release does not bear out or does not show; the text says how much.",
        ),
    ] = False,
    data: DataOption = None,
    programme: ProgrammeOption = None,
) -> None:
    """Write the programme's case study with the released figures; refuse what these no longer bear out."""
    from ccds_pipeline.output_files import replace_file
    from ccds_pipeline.reporting.case_study import tell
    from ccds_pipeline.reporting.case_study_files import FORMATS
    from ccds_pipeline.reporting.released import read_release

    lay_out = FORMATS.get(to.suffix.lower())
    if lay_out is None:
        raise UsageError(
            "there is no such format",
            place=str(to),
            rule="case_study_format",
            remedy=f"Let the name of the file end in one of: {', '.join(FORMATS)}.",
        )
    settings = settings_of(data=data, programme=programme)
    story = _story(settings.programme_file)
    study = tell(story, read_release(settings.reporting_file), leave_out=leave_out)
    replace_file(to, lay_out(study))
    typer.echo(" ".join(filter(None, (f"Case study: {to}.", study.left_out))), err=True)


def _story(programme_file: Path) -> Story:
    from ccds_pipeline.programme.load import load_programme
    from ccds_pipeline.reporting.case_study import Section, Sentence, Story

    programme = load_programme(programme_file)
    if programme.case_study is None:
        raise ConfigurationError(
            "the programme has no case study",
            place=str(programme_file),
            rule="case_study_present",
            remedy="Write one into the programme file, as case_study: with a title and sections.",
        )
    sections = tuple(
        Section(part.heading, tuple(Sentence(one.text, one.claims) for one in part.sentences))
        for part in programme.case_study.sections
    )
    return Story(programme.name, programme.case_study.title, sections)
