"""A pytest plugin that prints one line per attack of PRIVACY.md: its tests, outcome and time.

Loaded by ``make attack`` alone (``-p ccds_pipeline_tests.support.attack_table``). Which test is which attack
stands on the tests: ``@pytest.mark.attack("A8")``. Works under xdist: workers send the attacks along with
reports.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

ATTACKS = {
    "A1": "Canaries in every personal field: sought in all that is written, sound, failed and killed runs",
    "A2": "Guess the address behind a pseudonym: dictionary of addresses, known salts, guessable keys",
    "A3": "Hunt for the key in databases, catalogues, event log and output",
    "A4": "Lead from old to new pseudonyms after a change of the key, or split and merge people by it",
    "A5": "Spell one address in many ways, and many addresses alike",
    "A8": "Reconstruct small counts of a release by linear programs",
    "A9": "Compare releases between which a few people came, went or answered otherwise",
    "A10": "Subtract from a cell another that holds nearly all of its people",
    "A11": "Read off cells what everybody, or nearly everybody, answered",
    "A12": "Pass many answers of few people off as many people",
    "A14": "Read withheld cells off side channels; run formulas in a spreadsheet",
    "A15": "Identifiers and names in comments: found in what is stored, or a comment in a release",
    "A16": "Identifiers typed into the wrong column, or into a column that nobody expects",
    "A17": "Find traces of somebody erased, or bring them back by an old file",
    "A21": "Kill a run and read what it left behind",
    "A22": "Reach restricted rows, or create anything, as the reader of a PostgreSQL",
    "A23": "Get Dagster to store the key: literal, default, run configuration, environment",
    "A24": "Make an error, a log or a check quote a hostile cell",
    "A25": "Edit, drop or reorder records of the audit trail",
    "A26": "Cut the network off, and watch for attempts to reach it",
    "A27": "Match a staff directory against a release",
    "A28": "Switch off a control (all of them, one by one: make mutations)",
    "A29": "Have a browser on the operator's machine send changes to the UI",
}
"""The attacks of PRIVACY.md, in its order, in own words."""

PROPERTY = "attacks"
"""Name of the user property of a report that says which attacks its test is, with blanks between them."""


def attacks_of(item: pytest.Item) -> list[str]:
    """Return the attacks that a test is marked as, each once, in order."""
    return list(dict.fromkeys(name for mark in item.iter_markers("attack") for name in mark.args))


@dataclass
class _Outcome:
    """What is known so far of the tests of one attack, by their names."""

    tests: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, report: pytest.TestReport) -> None:
        self.tests.add(report.nodeid)
        self.seconds += report.duration
        if report.outcome != "passed":
            (self.failed if report.failed else self.skipped).add(report.nodeid)

    @property
    def result(self) -> str:
        if not self.tests:
            return "not run"
        if self.failed:
            return f"{len(self.failed)} failed"
        return f"{len(self.skipped)} skipped, others passed" if self.skipped else "all passed"


class AttackTable:
    """Collects the reports of one session, and prints the table at its end."""

    def __init__(self) -> None:
        self._outcomes: defaultdict[str, _Outcome] = defaultdict(_Outcome)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a report under each attack of its test."""
        for name in str(dict(report.user_properties).get(PROPERTY, "")).split():
            self._outcomes[name].add(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table."""
        terminalreporter.section("attacks")
        terminalreporter.write_line("| attack | what | tests | result | seconds |")
        terminalreporter.write_line("|---|---|---|---|---|")
        for name, what in ATTACKS.items():
            outcome = self._outcomes[name]
            cells = (name, what, str(len(outcome.tests)), outcome.result, f"{outcome.seconds:.1f}")
            terminalreporter.write_line(f"| {' | '.join(cells)} |")


def pytest_configure(config: pytest.Config) -> None:
    """Begin a table."""
    config.pluginmanager.register(AttackTable())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test's reports say which attacks it belongs to."""
    for item in items:
        if attacks := attacks_of(item):
            item.user_properties.append((PROPERTY, " ".join(attacks)))
