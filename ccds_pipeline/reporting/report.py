"""Write the report of a release: one HTML page that needs no network, no script and no other file.

The page reads the ``reporting`` tables and nothing else, so it can be given to anyone who may see
the release. What each section says belongs in its module; how it looks in ``report.html.j2``
and ``report.css``.
"""

from __future__ import annotations

from pathlib import Path

from ccds_pipeline.output_files import replace_file
from ccds_pipeline.reporting.annex import annex_sections
from ccds_pipeline.reporting.contract import contract_views, unmeasured_targets
from ccds_pipeline.reporting.earlier_release import earlier_release_card
from ccds_pipeline.reporting.learned import lasted_section, learned_section
from ccds_pipeline.reporting.released import Release, read_release
from ccds_pipeline.reporting.said import said_section
from ccds_pipeline.reporting.sentences import main_points
from ccds_pipeline.reporting.templates import rendered
from ccds_pipeline.reporting.titles import incomplete_text
from ccds_pipeline.reporting.took_part import took_part_section
from ccds_pipeline.reporting.wording import date_text, instant_text
from ccds_pipeline.reporting.wrote import wrote_section


def write_report(database: Path, target: Path) -> None:
    """Write the report of a released database; readers see the old page or the new one, whole.

    The same release gives the same bytes.

    Args:
        database: The released DuckDB file; it is opened read-only.
        target: Where the page goes; its folder is made where it is missing.

    Raises:
        ConfigurationError: If there is no released database, or it is not one, or the page cannot be
            written.
    """
    page = render_report(read_release(database))
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, page.encode())


def is_report_of(page: Path, release_id: str) -> bool:
    """Whether a page is there and of a release."""
    return page.is_file() and f"<dd>{release_id}</dd>".encode() in page.read_bytes()


def render_report(release: Release) -> str:
    """Return the page of a release as HTML."""
    return rendered(
        "report.html.j2",
        "report.css",
        programme=release.programme,
        info=release.info,
        incomplete=incomplete_text(release.sources),
        as_of=date_text(release.info.as_of),
        released_at=instant_text(release.info.released_at),
        points=main_points(release),
        earlier=earlier_release_card(release),
        contracts=contract_views(release),
        unmeasured_targets=unmeasured_targets(release),
        story=(
            took_part_section(release),
            said_section(release),
            learned_section(release),
            lasted_section(release),
            wrote_section(release),
        ),
        annex=annex_sections(release),
    )
