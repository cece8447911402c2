"""Read a programme file, with errors that name the line and the field.

What a programme file may say is in ``programme.model``.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.model import Programme

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


def load_programme(path: Path) -> Programme:
    """Read and validate a programme file.

    Raises:
        ConfigurationError: If the file is missing, is not YAML, or breaks a rule of the model; the
            message names file, line and field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            "the programme file cannot be read",
            place=str(path),
            rule="programme_file_readable",
            remedy="Give a readable UTF-8 file with --programme or CCDS_PROGRAMME.",
        ) from None
    return parse_programme(text, place=str(path))


def parse_programme(text: str, *, place: str) -> Programme:
    """Validate the text of a programme file; ``place`` names it in errors.

    Raises:
        ConfigurationError: As ``load_programme``.
    """
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
    _refuse_repeated_keys(tree, place)
    try:
        return Programme.model_validate(content)
    except ValidationError as error:
        raise _first_fault(error, tree, place) from None


def programme_schema() -> str:
    """Return the JSON Schema of programme files, by which editors complete and check them."""
    return json.dumps(Programme.model_json_schema(), indent=2) + "\n"


def programme_digest(path: Path) -> str:
    """Return the SHA-256 of the programme file: the contract version that the ledger records."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _first_fault(error: ValidationError, tree: yaml.Node | None, place: str) -> ConfigurationError:
    faults = error.errors(include_url=False, include_input=False)
    lines = []
    for fault in faults:
        field = ".".join(str(part) for part in fault["loc"]) or "programme"
        lines.append(f"line {_line_of(tree, fault['loc'])}, field {field}: {fault['msg']}")
    first, *others = lines
    more = f" ({len(others)} more: {'; '.join(others[:4])})" if others else ""
    return ConfigurationError(
        first.split(": ", 1)[1] + more,
        place=f"{place}, {first.split(': ', 1)[0]}",
        rule="programme_file_valid",
        remedy=_REMEDY,
    )


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


def _refuse_repeated_keys(node: yaml.Node | None, place: str) -> None:
    """YAML readers keep the last of two equal keys silently; a programme file must not."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise ConfigurationError(
                    f"field {key.value} is given twice",
                    place=f"{place}, line {key.start_mark.line + 1}",
                    rule="programme_file_valid",
                    remedy=_REMEDY,
                )
            seen.add(key.value)
            _refuse_repeated_keys(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, place)
