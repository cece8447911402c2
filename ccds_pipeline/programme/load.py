"""Read a programme file, with errors that name the line and the field.

What a programme file may say is in ``programme.model``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pydantic import ValidationError

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.model import DANGLING, Place, Programme

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_REMEDY = "Correct the programme file there and run the command again."


class _Loader(yaml.CSafeLoader):
    """The safe loader, by the rule of YAML 1.2: yes, no, on and off are words, and surveys use them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])


def default_programme_file() -> Path:
    """Return the path of the reference programme that ships with the package."""
    return Path(str(resources.files("ccds_pipeline.programme") / "ccds.yaml"))


class ProgrammeFault(NamedTuple):
    """One fault of a programme file: line (from 1), field, and what is wrong, in a sentence."""

    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        """``line 3, field waves: is missing``."""
        return f"line {self.line}, field {self.field}: {self.problem}"


class ReadProgramme(NamedTuple):
    """What a programme file holds: the programme, or all faults that were found instead.

    ``has_retention`` says whether the file has a part ``retention``, be it right or not.
    """

    programme: Programme | None
    faults: tuple[ProgrammeFault, ...]
    has_retention: bool


def load_programme(path: Path) -> Programme:
    """Read and validate a programme file.

    Raises:
        ConfigurationError: If the file is missing, is not YAML, or breaks a rule of the model; the
            message names line and field of every fault.
    """
    return parse_programme(_text_of(path), place=str(path))


def read_programme(path: Path) -> ReadProgramme:
    """Read a programme file and return what it holds or all of its faults, in the order of their lines.

    Raises:
        ConfigurationError: If the file is missing or is not YAML.
    """
    return _read(_text_of(path), place=str(path))


def line_of(path: Path, place: Place) -> int:
    """Return the line of a place of a programme file, counted from 1."""
    return _line_of(_Loader(_text_of(path)).get_single_node(), place)


def parse_programme(text: str, *, place: str) -> Programme:
    """Validate the text of a programme file; ``place`` names it in errors.

    Raises:
        ConfigurationError: As ``load_programme``.
    """
    found = _read(text, place=place)
    if found.programme is None:
        raise _error(found.faults, place)
    return found.programme


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            "the programme file cannot be read",
            place=str(path),
            rule="programme_file_readable",
            remedy="Give a readable UTF-8 file with --programme or CCDS_PROGRAMME.",
        ) from None


def _read(text: str, *, place: str) -> ReadProgramme:
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
        content = loader.construct_document(tree) if tree else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(
            f"is not valid YAML: {getattr(error, 'problem', 'it holds a control character')}",
            place=f"{place}, line {line}",
            rule="programme_file_yaml",
            remedy=_REMEDY,
        ) from None
    programme, faults = None, list(_repeated_keys(tree))
    try:
        programme = Programme.model_validate(content)
    except ValidationError as error:
        faults += _faults_of(error, tree)
        faults += _dangling(error, content, tree)
    has_retention = isinstance(content, dict) and bool(content.get("retention"))
    return ReadProgramme(None if faults else programme, tuple(sorted(faults)), has_retention)


def _error(faults: Sequence[ProgrammeFault], place: str) -> ConfigurationError:
    first, *others = faults
    more = [f"\n  {fault}" for fault in others]
    return ConfigurationError(
        first.problem + (f"; and {len(others)} more:{''.join(more)}\n " if others else ""),
        place=f"{place}, line {first.line}, field {first.field}",
        rule="programme_file_valid",
        remedy=_REMEDY,
    )


def programme_schema() -> str:
    """Return the JSON Schema of programme files, by which editors complete and check them."""
    return json.dumps(Programme.model_json_schema(), indent=2) + "\n"


def programme_digest(path: Path) -> str:
    """Return the SHA-256 of the programme file: the contract version that the ledger records."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field here",
    "unexpected_keyword_argument": "there is no such field here",
    "string_type": "must be a text (put it in quotes)",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must have fields of its own",
    "model_type": "must have fields of its own",
    "model_attributes_type": "must have fields of its own",
    "date_from_datetime_parsing": "must be a date, as 2022-06-30",
    "date_type": "must be a date, as 2022-06-30",
}
_WORDS_WITH_LIMITS = {
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "too_short": "needs at least {min_length}",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "is written in another way than it must be: {pattern}",
}
_OF_NAMES = "must begin with a small letter and have small letters, digits and _ alone"


def _faults_of(error: ValidationError, tree: yaml.Node | None) -> Iterator[ProgrammeFault]:
    found = error.errors(include_url=False, include_input=False)
    for fault in found:
        inside = [other for other in found if other is not fault and _is_inside(other["loc"], fault["loc"])]
        if fault["type"] == "too_short" and inside:
            continue  # the library does not count what has a fault of its own
        path = tuple(part for part in fault["loc"] if part != "[key]")
        field = ".".join(str(part) for part in path) or "programme"
        yield ProgrammeFault(_line_of(tree, path), field, _in_words(fault))


def _is_inside(place: Place, part: Place) -> bool:
    return place[: len(part)] == part


_STAND_IN = "not_given"


def _dangling(error: ValidationError, content: object, tree: yaml.Node | None) -> Iterator[ProgrammeFault]:
    """Yield the names of what does not exist in a file that has other faults, whose parts are left out.

    The model looks for these once its parts are right; whoever corrects a file wants to know all at once.
    """
    broken = {fault["loc"][:2] for fault in error.errors(include_url=False, include_input=False)}
    is_of_names = any(fault["type"] == DANGLING for fault in error.errors(include_url=False))
    if is_of_names or not isinstance(content, dict):
        return
    kept, places = _without(content, broken)
    left_out = {name for name in _names_in(content) if name not in _names_in(kept)}
    try:
        Programme.model_validate(kept)
    except ValidationError as second:
        for fault in second.errors(include_url=False, include_input=False):
            if fault["type"] != DANGLING or fault["ctx"]["name"] in left_out:
                continue
            part, *within = fault["loc"]
            path = (part, places.get((part, within[0]), within[0]), *within[1:]) if within else (part,)
            yield ProgrammeFault(_line_of(tree, path), ".".join(map(str, path)), fault["ctx"]["problem"])


def _without(
    content: Mapping[str, Any], broken: Collection[tuple[int | str, ...]]
) -> tuple[dict[str, Any], dict[tuple[int | str, int | str], int | str]]:
    """Leave broken parts out; return what is kept, and where each part of a list stood before."""
    kept: dict[str, Any] = dict.fromkeys(("id", "name", "version"), _STAND_IN)
    places: dict[tuple[int | str, int | str], int | str] = {}
    for name, part in content.items():
        if isinstance(part, list):
            sound = [number for number in range(len(part)) if (name, number) not in broken]
            kept[name] = [part[number] for number in sound]
            places |= {(name, now): before for now, before in enumerate(sound)}
        elif isinstance(part, dict) and name == "scales":
            kept[name] = {key: value for key, value in part.items() if (name, key) not in broken}
        elif not any(place[0] == name for place in broken):
            kept[name] = part
    return kept, places


def _names_in(content: Mapping[str, Any]) -> set[object]:
    """Return the identifiers of all parts: ids of what stands in lists, keys of scales, codes of options."""
    given = content.get("scales")
    scales = given if isinstance(given, dict) else {}
    lists = [
        *content.values(),
        *(scale.get("options") for scale in scales.values() if isinstance(scale, dict)),
    ]
    parts = [part for one in lists if isinstance(one, list) for part in one if isinstance(part, dict)]
    return {str(part.get(name)) for part in parts for name in ("id", "code")} | set(scales)


def _in_words(fault: ErrorDetails) -> str:
    """Say what is wrong in our words; a library's are taken where it has a fault that none of ours is for."""
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(limits["error"])
    if kind == "string_pattern_mismatch" and limits["pattern"].startswith("^[a-z]"):
        return _OF_NAMES
    if kind in _WORDS_WITH_LIMITS:
        return _WORDS_WITH_LIMITS[kind].format(**limits)
    return _WORDS.get(kind, fault["msg"])


def _line_of(node: yaml.Node | None, path: tuple[object, ...]) -> int:
    """Return the line of the deepest node on ``path`` that exists; counts from 1."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for part in path:
        child = _child(node, part)
        if child is None:
            continue
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node, part: object) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child
    return None


def _repeated_keys(node: yaml.Node | None) -> Iterator[ProgrammeFault]:
    """YAML readers keep the last of two equal keys silently; a programme file must not."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield ProgrammeFault(key.start_mark.line + 1, key.value, "is given twice")
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
