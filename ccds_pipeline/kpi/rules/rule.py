"""What every rule of the programme file can do, and how the one of a KPI is found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar, cast

import pandas as pd

from ccds_pipeline.programme.model import Kpi, Programme, Scale
from ccds_pipeline.schemas.readings import reading_of
from ccds_pipeline.statistics.counts import Aggregates

Definition = TypeVar("Definition")


@dataclass(frozen=True)
class KpiRule(ABC, Generic[Definition]):
    """One KPI with its rule.

    Args:
        kpi: The indicator.
        definition: Its rule as the programme file gives it.
        programme: Gives questions, scales and sources.
    """

    is_of_people: ClassVar[bool] = True
    """Whether its readings rest on people."""

    kpi: Kpi
    definition: Definition
    programme: Programme

    @property
    def wave(self) -> str:
        """The KPI's own wave, which the programme file has checked to be there."""
        return str(self.kpi.wave)

    @abstractmethod
    def estimates(self, aggregates: Aggregates) -> pd.DataFrame:
        """Return every reading of the KPI for every part of every breakdown: rows of ``estimate_rows``.

        Args:
            aggregates: The count tables of ``sql/kpi`` by table name.
        """

    @abstractmethod
    def sentence(self) -> str:
        """Return what the KPI's headline says, in one sentence for readers of a release."""

    def when(self, wave_id: str) -> str:
        """Return the name of a wave as it stands inside a sentence, such as ``straight after``."""
        label = self.programme.wave(wave_id).label
        return label if label[1:2].isupper() else label[:1].lower() + label[1:]

    def population_of(self, estimand: str, wave: str) -> str:
        """Return the population that a reading is of; empty where it rests on no person.

        Where a value rests on more than its population, the population is the smaller part: then enough
        people changed in any case (PRIVACY.md P17).
        """
        del wave  # the readings of one KPI are of one wave, unless its rule says otherwise
        return f"{self.kpi.id}/{reading_of(estimand).population}" if self.is_of_people else ""

    def scale_of(self, question_id: str) -> Scale:
        """Return the scale of a question that has one."""
        return self.programme.scales[str(self.programme.questions_by_id[question_id].scale)]


def rule_of(kpi: Kpi, programme: Programme) -> KpiRule[Any]:
    """Return the rule of a KPI, from the module that bears its type's name."""
    module = import_module(f"ccds_pipeline.kpi.rules.{kpi.rule.type}")
    return cast("KpiRule[Any]", module.Rule(kpi, kpi.rule, programme))
