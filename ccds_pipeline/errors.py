"""The errors a user sees: each says what is wrong, where, by which rule, and what to do.

Only these types cross a boundary of the package. They carry names, counts and line numbers;
the value of a row, or the text of a library's exception (which may quote one), does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class Stopped(BaseException):  # no error: somebody wants it to end
    """A signal wants the command to end; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class CcdsError(Exception):
    """A fault that a person can act on.

    Args:
        problem: What is wrong, in one sentence, without any value of a row.
        remedy: What to do about it, in one sentence.
        place: Where: a file reference, with line and column name where they are known.
        rule: The short name of the rule that was broken.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, *, remedy: str, place: str = "", rule: str = "") -> None:
        self.problem, self.remedy, self.place, self.rule = problem, remedy, place, rule
        super().__init__(self._text())

    def _text(self) -> str:
        where = f"{self.place}: " if self.place else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{where}{self.problem}{rule}\n  What to do: {self.remedy}"


class CheckFailedError(CcdsError):
    """A blocking check failed; what was published before stays up."""

    exit_code = 1


class UsageError(CcdsError):
    """The command was called in a way that it does not take."""

    exit_code = 2


class ConfigurationError(CcdsError):
    """A setting, key, programme file or landing folder is missing or wrong."""

    exit_code = 3


class BusyError(CcdsError):
    """Another process holds the warehouse, the port or the data folder."""

    exit_code = 4


class UnreachableError(BusyError):
    """A database or a server does not answer; nothing is lost, and trying again may help."""


@dataclass(frozen=True)
class FileRef:
    """Which delivered file is meant, without its name: file names may hold personal data.

    ``number`` counts the files of one delivery from 1, in the order of their names.
    """

    source_id: str
    delivery_date: str
    number: int
    digest: str = ""

    def __str__(self) -> str:
        digest = f" (sha256 {self.digest[:12]})" if self.digest else ""
        return f"{self.source_id}/{self.delivery_date} file {self.number}{digest}"


class FileRefusedError(CcdsError):
    """A delivered file cannot be read as its source declares; none of its rows is loaded.

    ``line`` is the physical line (text) or row (workbook) where the fault shows, if known.
    """

    def __init__(
        self, rule: str, problem: str, *, remedy: str, line: int | None = None, place: str = ""
    ) -> None:
        self.line = line
        at_line = f"line {line}" if line is not None else ""
        super().__init__(
            problem, remedy=remedy, rule=rule, place=", ".join(part for part in (place, at_line) if part)
        )


def to_value_free_error(error: Exception) -> CcdsError:
    """Return an exception as one of ours: ours as it is, of any other its type and place alone.

    The texts of pandera, pydantic, SQLAlchemy and the drivers quote cells, and so may any other. Raise the
    result ``from None``: a chain of causes is stored with it.
    """
    if isinstance(error, CcdsError):
        return error
    return CcdsError(
        # control: errors of libraries are reported by their type
        f"an unexpected {type(error).__name__} occurred{_place_in_package(error)}",
        rule="unexpected",
        remedy="Nothing half-done was published; report this line.",
    )


def _place_in_package(error: Exception) -> str:
    """Return " in <module>, line <n>" of the innermost line of this package that an exception passed."""
    place, trace = "", error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("ccds_pipeline."):
            place = f" in {module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
