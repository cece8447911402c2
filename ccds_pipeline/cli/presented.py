"""Report and exports belong to the release that readers have: those of another one are written anew.

A run that was killed after it had published leaves them behind, and so does a rollback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccds_pipeline.settings import Settings


def present_release(settings: Settings) -> list[str]:
    """Write report and exports where they are missing or of another release; return what was written.

    Raises:
        ConfigurationError: If nothing was released yet, or they cannot be written.
    """
    from ccds_pipeline.exports.write import FORMS, export, is_export_of
    from ccds_pipeline.release.publication import release_id_of
    from ccds_pipeline.reporting.report import is_report_of, write_report

    release, release_id = settings.reporting_file, release_id_of(settings.reporting_file)
    written = []
    if not is_report_of(settings.report_file, release_id):
        write_report(release, settings.report_file)
        written.append("report")
    if not is_export_of(settings.exports_folder, release_id):
        export(release, settings.exports_folder, list(FORMS))
        written.append("exports")
    return written
