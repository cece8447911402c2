"""A strict reader of the part of TMDL that is written: tabs, objects with their properties, expressions.

It refuses whatever Power BI would: an indent that skips a level, a property that an object does not have, a
description without an object, an expression that is not indented below what it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

PROPERTIES = {
    "database": {"compatibilityLevel"},
    "model": {"culture", "defaultPowerBIDataSourceVersion", "discourageImplicitMeasures",
              "sourceQueryCulture"},
    "ref table": set(),
    "expression": {"lineageTag"},
    "relationship": {"isActive", "fromColumn", "toColumn"},
    "table": {"lineageTag", "dataCategory"},
    "measure": {"formatString", "lineageTag"},
    "column": {"dataType", "isKey", "isHidden", "formatString", "lineageTag", "summarizeBy", "sourceColumn",
               "sortByColumn"},
    "partition": {"mode", "source"},
}  # fmt: skip
PARENTS = {"measure": "table", "column": "table", "partition": "table"}
_FLAGS = {"isKey", "isHidden", "discourageImplicitMeasures"}
_OBJECT = re.compile(r"(ref table|[a-z]+) ('(?:[^']|'')+'|[\w-]+)(?: = (.+))?")
_PROPERTY = re.compile(r"(\w+): (\S.*)")


@dataclass
class Node:
    """One object."""

    kind: str
    name: str
    expression: str = ""
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def of(self, kind: str) -> dict[str, Node]:
        """Return the children of a kind by their names."""
        return {child.name: child for child in self.children if child.kind == kind}


def parse(text: str) -> list[Node]:
    """Return the objects of a file.

    Raises:
        ValueError: With the number of the line, if it is no TMDL.
    """
    reader = _Reader(text.split("\n"))
    objects = reader.objects(0, None)
    if reader.at < len(reader.lines):
        raise reader.fault("indent")
    return objects


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.at = lines, 0

    def fault(self, what: str) -> ValueError:
        return ValueError(f"line {self.at + 1}: {what}")

    def objects(self, depth: int, parent: Node | None) -> list[Node]:
        found, description = [], ""
        while self._skip_blank() and self._depth() == depth:
            line = self.lines[self.at][depth:]
            if line.startswith("///"):
                if description or not line.startswith("/// "):
                    raise self.fault("description")
                description, self.at = line[4:], self.at + 1
                continue
            if parent and self._is_property(line, parent, depth):
                if description:
                    raise self.fault("a property has no description")
                continue
            node = self._object(line, parent)
            node.description, description = description, ""
            self.at += 1
            found.append(node)
            node.children = self.objects(depth + 1, node)
        if description:
            raise self.fault("a description of nothing")
        return found

    def _object(self, line: str, parent: Node | None) -> Node:
        matched = _OBJECT.fullmatch(line) or re.fullmatch("(database)()()", line)
        if not matched or matched[1] not in PROPERTIES:
            raise self.fault("neither an object nor a property")
        if PARENTS.get(matched[1]) != (parent.kind if parent else None):
            raise self.fault(f"{matched[1]} in the wrong place")
        return Node(matched[1], matched[2].strip("'"), matched[3] or "")

    def _is_property(self, line: str, parent: Node, depth: int) -> bool:
        allowed = PROPERTIES[parent.kind]
        if line == "source =" and "source" in allowed:
            self.at += 1
            parent.properties["source"] = self._block(depth + 1)
            return True
        matched = _PROPERTY.fullmatch(line)
        name = matched[1] if matched else line
        if name not in allowed:
            if matched:
                raise self.fault(f"{parent.kind} has no {name}")
            return False
        if (matched is None) != (name in _FLAGS) or name in parent.properties or parent.children:
            raise self.fault(name)
        parent.properties[name] = matched[2] if matched else "true"
        self.at += 1
        return True

    def _block(self, depth: int) -> str:
        start = self.at
        while self.at < len(self.lines) and (self.lines[self.at].startswith("\t" * (depth + 1))):
            self.at += 1
        if start == self.at:
            raise self.fault("an expression is missing")
        return "\n".join(line.strip() for line in self.lines[start : self.at])

    def _skip_blank(self) -> bool:
        while self.at < len(self.lines) and not self.lines[self.at]:
            self.at += 1
        return self.at < len(self.lines)

    def _depth(self) -> int:
        line = self.lines[self.at]
        if line != line.rstrip() or line.lstrip("\t").startswith(" "):
            raise self.fault("spaces")
        return len(line) - len(line.lstrip("\t"))
