"""Write a release in the forms asked for: aside first, then file by file into place.

What is there already stays if anything goes wrong before, such as a full disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.exports.content import Content, read_content
from ccds_pipeline.exports.data_package import write_data_package
from ccds_pipeline.exports.markdown import write_markdown
from ccds_pipeline.exports.parquet import write_parquet
from ccds_pipeline.exports.power_bi import write_power_bi
from ccds_pipeline.exports.semantic_model import write_semantic_model
from ccds_pipeline.exports.superset.bundle import write_superset
from ccds_pipeline.exports.workbook import write_workbook

FORMS: Mapping[str, Callable[[Content, Path], None]] = {
    "parquet": write_parquet,
    "csv": write_data_package,
    "xlsx": write_workbook,
    "markdown": write_markdown,
    "superset": write_superset,
    "power-bi": write_power_bi,
    "semantic-model": write_semantic_model,
}
"""What writes each form into a folder, by its name."""
_MARK = "release.txt"


def export(release_file: Path, target: Path, forms: Sequence[str]) -> list[Path]:
    """Write a release into ``<target>/<form>/`` for each form; return the files.

    Args:
        release_file: The released DuckDB file.
        target: A folder; made if it is not there. Files of an earlier export are replaced.
        forms: Names of ``FORMS``.

    Raises:
        ConfigurationError: If nothing was released yet, or the folder cannot be written to.
    """
    content = read_content(release_file)
    moved: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=".export-") as folder:
            for form in forms:
                aside = Path(folder) / form
                aside.mkdir()
                FORMS[form](content, aside)
            for form in forms:
                moved += _move(Path(folder) / form, target / form, content)
    except OSError as error:
        raise ConfigurationError(
            f"the export cannot be written ({error.strerror or type(error).__name__})",
            place=str(target),
            rule="export_is_writable",
            remedy="Close the files that are open in another program, free disk space, or name another "
            "folder with --to.",
        ) from None
    return moved


def is_export_of(target: Path, release_id: str) -> bool:
    """Whether every form in a folder is there, whole, and of a release."""
    marks = [target / form / _MARK for form in FORMS]
    return all(mark.is_file() and release_id in mark.read_text(encoding="utf-8") for mark in marks)


def _move(folder: Path, target: Path, content: Content) -> list[Path]:
    """Move every file of a form to its place, and say last of which release they are.

    Whoever has an earlier file open keeps it. Between two releases a form has no mark.
    """
    moved = []
    (target / _MARK).unlink(missing_ok=True)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = target / file.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
        moved.append(place)
    (target / _MARK).write_text("\n".join(content.notes) + "\n", encoding="utf-8")
    return moved
