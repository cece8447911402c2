"""The contract of the released tables: what a query that runs on one release may rely on in the next.

It is recorded in ``reporting.contract.yaml``: names, types, missing values, grain, keys. A change of the
register that the recorded contract does not allow asks for a higher version, which is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.schemas.files import folder
from ccds_pipeline.schemas.register import Column, Table, tables_of

TABLES_VERSION = "1.0"
"""Major and minor version of the released tables, as each release says it."""

_FILE = "reporting.contract.yaml"
_MAY_BE_MISSING = " or missing"
_HEADER = (
    "# What every release has: tables and columns, recorded by `make schema`.\n"
    "# A change that breaks queries raises the first number of the version, an addition the second;\n"
    "# both are set in contract.py.\n"
)


@dataclass(frozen=True)
class Change:
    """One difference between two contracts, and whether queries may fail or mean something else by it."""

    text: str
    is_breaking: bool


def is_readable(version: str | None) -> bool:
    """Return whether tables of a version have all that those of this package have, but for additions."""
    return version is not None and _major_minor(version)[0] == _major_minor(TABLES_VERSION)[0]


def released_contract() -> dict[str, Any]:
    """Return the contract of the register as it is now."""
    return contract_of(tables_of("reporting"), version=TABLES_VERSION)


def contract_of(tables: Iterable[Table], *, version: str) -> dict[str, Any]:
    """Return what tables promise, as the recorded file holds it."""
    return {
        "version": version,
        "tables": {
            table.name: {
                "grain": table.grain,
                "key": list(table.key),
                "references": {
                    target.rpartition(".")[2]: list(columns) for target, columns in table.references.items()
                },
                "columns": {column.name: _type(column) for column in table.columns},
            }
            for table in tables
        },
    }


def recorded_contract() -> dict[str, Any]:
    """Return the contract that was recorded last."""
    content: dict[str, Any] = yaml.safe_load(folder().joinpath(_FILE).read_text(encoding="utf-8"))
    return content


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Return what is different between two contracts, version and wordings apart."""
    found = []
    old, new = before["tables"], now["tables"]
    found += [Change(f"{name} is gone", is_breaking=True) for name in old if name not in new]
    found += [Change(f"{name} is new", is_breaking=False) for name in new if name not in old]
    for name in old:
        if name in new:
            found += _changes_of_table(name, old[name], new[name])
    return found


def refuse_low_version(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Make sure that a contract says by its version how it differs from the one before.

    Raises:
        ConfigurationError: Rule ``tables_version``, with the changes, if the version is too low.
    """
    found = changes(before, now)
    (major, minor), (old_major, old_minor) = (_major_minor(one["version"]) for one in (now, before))
    breaking = [change.text for change in found if change.is_breaking]
    if breaking and major <= old_major:
        raise _too_low(breaking, "first")
    if found and (major, minor) <= (old_major, old_minor):
        raise _too_low([change.text for change in found], "second")


def contract_text() -> str:
    """Return the text of the recorded file for the register as it is now."""
    content = yaml.safe_dump(released_contract(), sort_keys=False, allow_unicode=True, width=110)
    return _HEADER + content


def write_contract() -> None:
    """Record the contract, for ``make schema``; raises as ``refuse_low_version`` does."""
    if folder().joinpath(_FILE).exists():
        refuse_low_version(recorded_contract(), released_contract())
    folder().joinpath(_FILE).write_text(contract_text(), encoding="utf-8")


def _type(column: Column) -> str:
    return column.type + (_MAY_BE_MISSING if column.nullable else "")


def _changes_of_table(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    if set(old["key"]) != set(new["key"]):
        found.append(Change(f"the key of {name} is another", is_breaking=True))
    for target, columns in old["references"].items():
        if new["references"].get(target) != columns:
            found.append(Change(f"{name} does not refer to {target} as before", is_breaking=True))
    added = new["references"].keys() - old["references"].keys()
    found += [Change(f"{name} refers to {target}", is_breaking=False) for target in sorted(added)]
    columns, before = new["columns"], old["columns"]
    found += [Change(f"{name}.{one} is new", is_breaking=False) for one in columns if one not in before]
    for one, type_before in before.items():
        if one not in columns:
            found.append(Change(f"{name}.{one} is gone", is_breaking=True))
        elif columns[one] == type_before.removesuffix(_MAY_BE_MISSING) != type_before:
            found.append(Change(f"{name}.{one} is never missing any more", is_breaking=False))
        elif columns[one] != type_before:
            found.append(Change(f"{name}.{one} is {columns[one]}, not {type_before}", is_breaking=True))
    return found


def _major_minor(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _too_low(texts: list[str], number: str) -> ConfigurationError:
    return ConfigurationError(
        f"the released tables changed, and their version did not: {'; '.join(texts)}",
        place="ccds_pipeline/schemas/contract.py",
        rule="tables_version",
        remedy=f"Raise the {number} number of TABLES_VERSION, or take the change back; then: make schema.",
    )
