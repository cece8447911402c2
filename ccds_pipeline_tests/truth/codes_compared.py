"""How an ideal evaluator links responses by personal codes: in plain text, with a plain edit distance.

Apart from the pipeline on purpose, which has only keyed codes and finds slips by what two codes have in
common. The rules are those of section 5 of the KPI page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ccds_pipeline.synthetic.records import Person, Response, Session, Wave

Tier = Literal["reference", "email", "code", "near_code", "none"]
State = Literal["valid", "superseded", "wrong_time", "not_attended", "not_linked"]
Outcome = Literal["matched", "ambiguous", "collided", "unmatched"]

_SHORTEST_NEAR_CODE = 5
_WORDS_FOR_NONE = ("na", "dontknow")


@dataclass(slots=True, eq=False)
class Link:
    """How one loaded response was linked, to what, and whether it counts.

    ``person`` wrote it. ``owner`` is whom it was linked to: an address, or a booking reference where
    several share the address, or an invented name where a code alone connects waves. ``address`` is the
    one under which that respondent attends. ``is_open`` says that only a code can identify the response.
    """

    response: Response
    person: Person
    tier: Tier
    session: Session | None
    owner: str = ""
    address: str = ""
    outcome: Outcome = "unmatched"
    is_open: bool = False
    state: State = "not_linked"

    def __post_init__(self) -> None:
        if self.tier != "none":
            self.outcome = "matched"

    @property
    def wave(self) -> Wave:
        """The wave of the response."""
        return self.response.wave

    @property
    def room(self) -> Session | None:
        """The session in which the code counts: of an open response the one that it names."""
        return self.response.session if self.is_open else self.session

    @property
    def holder(self) -> str:
        """Who holds the code: the respondent, or the response itself where nobody is known."""
        return self.owner or f"{self.wave} {self.response.number}"


def plain_code(written: str) -> str:
    """The code as it was meant to be written; blank where it is not a code."""
    code = "".join(char for char in written.lower() if char.isalnum())
    return "" if len(set(code)) < 2 or code in _WORDS_FOR_NONE else code  # one is repeated


def link_by_codes(links: Sequence[Link]) -> None:
    """Link open responses by their codes, exactly and then nearly; the links are changed in place."""
    rooms: defaultdict[int, list[tuple[str, Link]]] = defaultdict(list)
    for link in links:
        code = plain_code(link.response.link_code)
        if code and link.room is not None and (link.is_open or link.tier != "none"):
            rooms[link.room.number].append((code, link))
    answered = {(link.owner, link.session.number, link.wave) for link in links if link.owner and link.session}
    for number, coded in rooms.items():
        taken = {(owner, wave) for owner, room, wave in answered if room == number}
        room = _Room(number, coded, taken)
        room.link_nearly(room.link_exactly())


class _Room:
    """The codes of one session; ``taken`` says which respondents have answered which wave."""

    def __init__(self, number: int, coded: Sequence[tuple[str, Link]], taken: set[tuple[str, Wave]]) -> None:
        self._number, self._coded, self._taken = number, coded, taken

    def link_exactly(self) -> list[tuple[str, Link]]:
        """Link open responses that share a code with another wave; return those whose code stands alone."""
        of_code: defaultdict[str, list[Link]] = defaultdict(list)
        for code, link in self._coded:
            of_code[code].append(link)
        return [(code, link) for code, links in of_code.items() for link in self._link_same(code, links)]

    def _link_same(self, code: str, links: list[Link]) -> list[Link]:
        holders = {(link.wave, link.holder) for link in links}
        waves = {wave for wave, _ in holders}
        known = [link for link in links if not link.is_open]
        to_link = [link for link in links if link.is_open]
        if len(holders) > len(waves):
            return _refuse(to_link, "collided")
        if len({link.owner for link in known}) > 1:
            return _refuse(to_link, "ambiguous")
        if len({link.address for link in links if link.address}) > 1:
            return _refuse(to_link, "collided")
        if len(waves) == 1:
            return to_link
        for link in to_link:
            if known and (known[0].owner, link.wave) in self._taken:
                link.outcome = "collided"
            elif known:
                _attach(link, "code", owner=known[0].owner, address=known[0].address)
            else:
                _attach(link, "code", owner=self._unnamed(code), address="")
        return []

    def link_nearly(self, alone: list[tuple[str, Link]]) -> None:
        """Link responses whose code stands alone to the only one that is one slip away."""
        taken = self._taken | {(link.owner, link.wave) for _, link in self._coded if link.owner}
        near = {
            link.holder: {
                other.holder: (other_code, other)
                for other_code, other in self._coded
                if other.wave != link.wave
                and self._is_named_by(other)
                and differ_by_one_slip(code, other_code)
            }
            for code, link in alone
        }
        rivals = Counter((other, link.wave) for _, link in alone for other in near[link.holder])
        decided = [(link, self._decide(code, link, near, rivals, taken)) for code, link in alone]
        for link, (outcome, owner, address) in decided:
            if outcome == "matched":
                _attach(link, "near_code", owner=owner, address=address)
            elif outcome != "unmatched":
                link.outcome = outcome

    def _is_named_by(self, link: Link) -> bool:
        """Whether the response itself names the session: only then its code may be compared for slips."""
        return link.response.session is not None and link.response.session.number == self._number

    def _decide(
        self,
        code: str,
        link: Link,
        near: dict[str, dict[str, tuple[str, Link]]],
        rivals: Counter[tuple[str, Wave]],
        taken: set[tuple[str, Wave]],
    ) -> tuple[Outcome, str, str]:
        """Return the outcome, and owner and address to link to."""
        candidates = near[link.holder]
        if not candidates:
            return "unmatched", "", ""
        (holder, (other_code, other)), *more = candidates.items()
        if more or rivals[holder, link.wave] > 1 or len(near.get(holder, ())) > 1:
            return "ambiguous", "", ""
        if not other.owner and holder not in near:
            return "ambiguous", "", ""
        contradicts = link.address and other.address and link.address != other.address
        if contradicts or (other.owner, link.wave) in taken:
            return "collided", "", ""
        if other.owner:
            return "matched", other.owner, other.address
        return "matched", self._unnamed(min(code, other_code)), ""

    def _unnamed(self, code: str) -> str:
        return f"unnamed {self._number} {code}"


def _refuse(links: list[Link], outcome: Outcome) -> list[Link]:
    for link in links:
        link.outcome = outcome
    return []


def _attach(link: Link, tier: Tier, *, owner: str, address: str) -> None:
    link.tier, link.outcome, link.session = tier, "matched", link.response.session
    link.owner, link.address = owner, address


def differ_by_one_slip(code: str, other: str) -> bool:
    """Whether one wrong, missing, additional or swapped character makes one code of the other."""
    if min(len(code), len(other)) < _SHORTEST_NEAR_CODE or abs(len(code) - len(other)) > 1:
        return False
    return _edits(code, other) == 1


def _edits(code: str, other: str) -> int:
    """Optimal string alignment: edits of single characters and swaps of neighbours, by the textbook."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, char in enumerate(code, start=1):
        current = [row]
        for column, counterpart in enumerate(other, start=1):
            cost = min(above[column] + 1, current[column - 1] + 1, above[column - 1] + (char != counterpart))
            is_swap = row > 1 and column > 1 and (char, code[row - 2]) == (other[column - 2], counterpart)
            current.append(min(cost, before[column - 2] + 1) if is_swap else cost)
        before, above = above, current
    return above[-1]
