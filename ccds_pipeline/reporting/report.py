"""Write the report of a release: one HTML page that needs no network, no script and no other file.

The page reads the ``reporting`` tables and nothing else, so it can be given to anyone who may see
the release. What each section says belongs in its module; how it looks in ``report.html.j2``
and ``report.css``.
"""

from __future__ import annotations

from pathlib import Path

from ccds_pipeline.reporting.claims import claims_table
from ccds_pipeline.reporting.contract import contract_views, tile_views
from ccds_pipeline.reporting.figures import (
    change_views,
    later_figures,
    response_figure,
    scores_figure,
    shares_figure,
)
from ccds_pipeline.reporting.files import replace_file
from ccds_pipeline.reporting.groups import groups_views
from ccds_pipeline.reporting.released import Release, read_release
from ccds_pipeline.reporting.sections import (
    coverage_tables,
    data_quality_tables,
    theme_views,
    unmeasured_later,
)
from ccds_pipeline.reporting.tables import headline_table, readings_table
from ccds_pipeline.reporting.templates import rendered
from ccds_pipeline.reporting.titles import claims_title, incomplete_text
from ccds_pipeline.reporting.wording import date_text, instant_text


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
        contracts=contract_views(release),
        tiles=tile_views(release),
        claims_title=claims_title(release.claims),
        claims=claims_table(release),
        headlines=headline_table(release),
        readings=readings_table(release),
        shares=shares_figure(release),
        changes=change_views(release),
        scores=scores_figure(release),
        later=later_figures(release),
        coverages=coverage_tables(release),
        unmeasured=unmeasured_later(release),
        themes=theme_views(release),
        response=response_figure(release),
        groups=groups_views(release),
        data_quality=data_quality_tables(release),
    )
