"""What somebody has to be told of: causes, made of what a run met.

They hold names, counts and times, never a value of a row. What is found by looking around is in ``looks``,
how a message reads is in ``digest``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ccds_pipeline.errors import to_value_free_error

COMMAND = "command"
_AGAIN = "ccds run, once that is mended."
_REJECTS = "ccds rejects lists files and rows, by rule and line; ccds run, once that is mended."


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong.

    Args:
        topic: What was looked at: once that is well again, its causes are over.
        name: Which of the topic's causes it is; empty where there is one alone.
        title: What broke, in a few words.
        details: What is known of it, a line each: rules and counts.
        remedy: What to do, best a command.
        state: What has to differ for it to be told again.
    """

    topic: str
    name: str
    title: str
    details: tuple[str, ...]
    remedy: str
    state: str

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"{self.topic}: {self.name}" if self.name else self.topic


@dataclass(frozen=True)
class Look:
    """What was looked at, and the causes that were found; of other topics it says nothing."""

    topics: frozenset[str] = frozenset()
    causes: tuple[Cause, ...] = ()


def together(looks: Iterable[Look]) -> Look:
    """Return several looks as one."""
    given = tuple(looks)
    return Look(
        frozenset().union(*(look.topics for look in given)),
        tuple(cause for look in given for cause in look.causes),
    )


def command_succeeded() -> Look:
    """Return that a command ended without an error of its own."""
    return Look(frozenset({COMMAND}))


def command_failed(error: Exception) -> Look:
    """Return what ended a command before, or beside, the jobs that it runs."""
    return Look(frozenset({COMMAND}), (_of_error(COMMAND, "ccds run ended with an error", error),))


def unseen(topic: str, error: Exception) -> Look:
    """Return that something could not be looked at, which is no sign that it is well."""
    return Look(frozenset({topic}), (_of_error(topic, f"Nobody can tell about the {topic}", error),))


def _of_error(topic: str, title: str, error: Exception) -> Cause:
    # control: alerts quote no error of a library
    message = to_value_free_error(error)
    where = f"{message.place}: " if message.place else ""
    rule = f" [{message.rule}]" if message.rule else ""
    text = f"{where}{message.problem}{rule}"
    return Cause(topic, "", title, (text,), message.remedy, state=text)


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass and is told: name, deliveries, broken rules, its counts, what to do."""

    name: str
    deliveries: str
    rules: str
    counts: tuple[tuple[str, int], ...]
    advice: str = ""


def of_run(
    job: str, *, is_success: bool, messages: Iterable[str] = (), checks: Iterable[FailedCheck] = ()
) -> Look:
    """Return how the last run of a job ended.

    Args:
        job: Its name.
        is_success: Whether it did what it was to do.
        messages: Of the steps that failed, with place, rule and remedy, free of values.
        checks: That did not pass, and stop a release or say what did not come.
    """
    topic = f"run of {job}"
    causes = [_of_check(topic, check) for check in checks]
    said = tuple(line.strip() for message in sorted(set(messages)) for line in message.splitlines())
    if said:
        causes.append(Cause(topic, "", f"The {topic} failed", said, _AGAIN, state="\n".join(said)))
    elif not is_success and not causes:
        details = ("It says nothing of itself; its log may say more.",)
        causes.append(Cause(topic, "", f"The {topic} failed", details, "ccds ui shows the log.", state=""))
    return Look(frozenset({topic}), tuple(causes))


def _of_check(topic: str, check: FailedCheck) -> Cause:
    counts = ", ".join(
        f"{name.removesuffix('_n').replace('_', ' ')} {number:,}" for name, number in check.counts if number
    )
    parts = {"Rules": check.rules, "Counts": counts, "Deliveries": check.deliveries}
    details = tuple(f"{name}: {text}" for name, text in parts.items() if text)
    remedy = check.advice or _REJECTS
    return Cause(
        topic, check.name, f"A check failed: {check.name}", details, remedy, state="\n".join(details)
    )
