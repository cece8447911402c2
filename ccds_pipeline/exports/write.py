"""Write a release in the forms asked for: aside first, then file by file into place.

What is there already stays if anything goes wrong before, such as a full disk or a file that is open.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from ccds_pipeline.output_files import refuse_what_is_kept, system_text

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
_WHOLE, _HALF = "whole", "half"
_FILES = "Files of this export. The next one replaces them, and removes what it no longer has:"
_INTERRUPTED = "This export was interrupted: its files may be of two releases. Export again."


@dataclass(frozen=True)
class _Ready:
    """One form that is made, on its way to its place.

    Args:
        aside: Folder where it is made; beside it are its marks, so that nothing is written once files move.
        target: Its place.
        files: What it has, from its folder.
        leftovers: What an earlier export wrote in its place and it has not; files of others are not touched.
    """

    aside: Path
    target: Path
    files: tuple[Path, ...]
    leftovers: tuple[Path, ...]

    def refuse_what_is_kept(self) -> None:
        """Refuse what could not be moved or removed, before anything is."""
        for file in (*self.files, *self.leftovers, Path(_MARK)):
            place = self.target / file
            place.parent.mkdir(parents=True, exist_ok=True)
            refuse_what_is_kept(place)
            if not os.access(place.parent, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def move(self) -> list[Path]:
        """Remove what is left over, move every file to its place, and return them.

        Whoever has an earlier file open keeps it. Between two releases a form is marked as of none.
        """
        _mark_beside(self.aside, _HALF).replace(self.target / _MARK)
        for file in self.leftovers:
            _remove(self.target / file, self.target)
        for file in self.files:
            (self.aside / file).replace(self.target / file)
        _mark_beside(self.aside, _WHOLE).replace(self.target / _MARK)
        return [self.target / file for file in self.files]


def export(release_file: Path, target: Path, forms: Sequence[str]) -> list[Path]:
    """Write a release into ``<target>/<form>/`` for each form; return the files.

    Args:
        release_file: The released DuckDB file.
        target: A folder; made if it is not there. Files of an earlier export are replaced, or removed where
            there are no such files any more; those that somebody else put there stay.
        forms: Names of ``FORMS``.

    Raises:
        BusyError: If an office program has a file of an earlier export open.
        ConfigurationError: If nothing was released yet, or the folder cannot be written to.
    """
    content = read_content(release_file)
    moved: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=".export-") as folder:
            made = [_made(form, content, Path(folder), target / form) for form in forms]
            for form in made:
                form.refuse_what_is_kept()
            for form in made:
                moved += form.move()
    except OSError as error:
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        why = "a file is where a folder should be" if is_file else system_text(error)
        raise ConfigurationError(
            f"the export cannot be written ({why})",
            place=str(error.filename or target) if is_file else str(target),
            rule="export_is_writable",
            remedy="Free disk space, or name with --to a folder that may be written to.",
        ) from None
    return moved


def is_export_of(target: Path, release_id: str) -> bool:
    """Whether every form in a folder is there, whole, and of a release."""
    marks = [target / form / _MARK for form in FORMS]
    return all(mark.is_file() and release_id in mark.read_text(encoding="utf-8") for mark in marks)


def _made(form: str, content: Content, folder: Path, target: Path) -> _Ready:
    aside = folder / form
    aside.mkdir()
    FORMS[form](content, aside)
    files, earlier = _files_in(aside), _listed(target / _MARK)
    _mark_beside(aside, _WHOLE).write_text(_mark_text(content.notes, files), encoding="utf-8")
    _mark_beside(aside, _HALF).write_text(_mark_text([_INTERRUPTED], {*files, *earlier}), encoding="utf-8")
    leftovers = earlier.intersection(_files_in(target)).difference(files)
    return _Ready(aside, target, tuple(files), tuple(sorted(leftovers)))


def _mark_beside(aside: Path, state: str) -> Path:
    return aside.with_name(f"{aside.name}.{state}")


def _mark_text(notes: Iterable[str], files: Iterable[Path]) -> str:
    return "\n".join([*notes, "", _FILES, *sorted(file.as_posix() for file in files), ""])


def _listed(mark: Path) -> set[Path]:
    """Return the files that the mark of an earlier export lists."""
    text = mark.read_text(encoding="utf-8") if mark.is_file() else ""
    return {Path(line) for line in text.partition(_FILES)[2].split("\n") if line}


def _files_in(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _remove(file: Path, folder: Path) -> None:
    """Remove a file, and the folders around it that nothing is left in."""
    file.unlink()
    for parent in file.relative_to(folder).parents[:-1]:
        if not any((folder / parent).iterdir()):
            (folder / parent).rmdir()
