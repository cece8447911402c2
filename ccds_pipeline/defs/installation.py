"""The installation as a Dagster resource: where things are. Secrets never pass through Dagster.

The pseudonym key is read from the environment by the step that needs it, so that neither resource
configuration nor run configuration, which Dagster stores, can hold it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from pydantic import ConfigDict

from ccds_pipeline.backup.restore import refuse_unrestored
from ccds_pipeline.ingest.delivery import Ingest
from ccds_pipeline.ingest.installation import demonstration_note, open_ingest
from ccds_pipeline.ingest.outstanding import outstanding
from ccds_pipeline.programme.load import load_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.publication import release_inputs
from ccds_pipeline.settings import Settings
from ccds_pipeline.sources.landing import Delivery, find_deliveries, is_possible
from ccds_pipeline.warehouse.engine import open_warehouse


class Installation(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value
    """Data folder, landing and programme file of this installation."""

    # control: Dagster's resource takes no key
    # control: Dagster's resource quotes no key
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    data_dir: str
    landing: str
    programme_file: str

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002  # Dagster gives it
        """Let nobody else read what the process of the run writes, by whatever library."""
        # control: Dagster's runs write for their owner alone
        os.umask(0o077)

    @property
    def settings(self) -> Settings:
        """The settings, with the folders that this resource was made with."""
        return Settings(
            data_dir=Path(self.data_dir), landing=self.landing, programme=Path(self.programme_file)
        )

    @property
    def programme(self) -> Programme:
        """The programme, read anew, so that a corrected file counts at once."""
        return load_programme(self.settings.programme_file)

    def deliveries(self) -> list[Delivery]:
        """Return the deliveries in the landing folder whose dates are possible."""
        return list(
            filter(is_possible, find_deliveries(self.landing, self.programme.sources_by_id).deliveries)
        )

    def deliveries_of(self, source_id: str) -> list[Delivery]:
        """Return those of one source, the earliest first."""
        return list(filter(is_possible, find_deliveries(self.landing, [source_id]).deliveries))

    def outstanding(self, connection: sa.Connection, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """Return those of these deliveries that are not proven to be loaded."""
        return [left.delivery for left in outstanding(connection, self.open_ingest(), deliveries)]

    def note(self) -> str:
        """What must be said of the data wherever it is shown; empty for real data."""
        return demonstration_note(self.landing)

    def open_ingest(self) -> Ingest:
        """Return what ingesting needs, the pseudonym key included."""
        return open_ingest(self.settings)

    def inputs(self, engine: sa.Engine) -> str:
        """Return a hash of everything that the next release is computed from."""
        return release_inputs(engine, self.settings)

    @contextmanager
    def open_warehouse(self) -> Iterator[sa.Engine]:
        """Open the restricted warehouse for one step."""
        refuse_unrestored(self.settings)
        with open_warehouse(self.settings.warehouse_file) as engine:
            yield engine


def installation() -> dg.Definitions:
    """Bind the resource to the environment's settings."""
    settings = Settings()
    return dg.Definitions(
        resources={
            "installation": Installation(
                data_dir=str(settings.data_dir.absolute()),
                landing=settings.landing_url,
                programme_file=str(settings.programme_file),
            )
        }
    )


TIMEZONE = "Europe/London"
