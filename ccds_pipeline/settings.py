"""What differs between installations: folders, the programme file and the pseudonym key.

Values come from the environment (``CCDS_…``) and a ``.env`` file; the command's options override
them. Nothing is read at import. What a programme is belongs in its YAML file, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import default_programme_file

_PASSWORD = re.compile(r"//[^/@]*:[^/@]*@")
_USER = re.compile(r"//[^/@]*@")
_ADDRESS = r"^[^\s:/]+:[0-9]{1,5}$"


class Settings(BaseSettings):
    """Settings of one installation.

    ``landing`` may be any URL that universal-pathlib opens; it defaults to the folder ``landing``
    inside ``data_dir``. The key is given as text or as a file, never both. The sensor asks
    ``loading_attempts`` times for a delivery that is not loaded, with pauses that begin with
    ``loading_pause_minutes`` and double. ``ui_hosts`` are the names, with port where a browser shows one, by
    which the UI is reached besides those of this machine, as behind a proxy. ``ui_address`` and
    ``code_server`` are host and port of the UI and of the code server.

    ``backup_generations`` backups of each kind are kept, encrypted where there is a backup key. Of each job,
    Dagster's home keeps the last ``kept_runs`` that succeeded and ``kept_failed_runs`` that did not.

    ``alert_url`` holds the addresses that are told what is wrong, with blanks between them;
    ``alert_url_file`` names a file with one a line. After ``alert_after_hours`` without a look for
    deliveries, or without housekeeping, that is told too.

    A run is told in lines of JSON, or in ``text`` for people; ``auto`` is the latter on a terminal. There are
    lines of what is as grave as ``log_level`` or graver.
    """

    model_config = SettingsConfigDict(env_prefix="CCDS_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), validate_default=True)
    landing: str | None = None
    programme: Path | None = None
    pseudonym_key: SecretStr | None = None
    pseudonym_key_file: Path | None = None
    loading_attempts: int = Field(5, ge=1, le=10)
    loading_pause_minutes: float = Field(15, ge=0, le=1440)
    ui_address: str = Field("127.0.0.1:3000", pattern=_ADDRESS)
    ui_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    code_server: str = Field("127.0.0.1:4266", pattern=_ADDRESS)
    backup_folder: Path | None = None
    backup_generations: int = Field(7, ge=1, le=1000)
    backup_key: SecretStr | None = None
    backup_key_file: Path | None = None
    kept_runs: int = Field(30, ge=1)
    kept_failed_runs: int = Field(100, ge=1)
    alert_url: SecretStr | None = None
    alert_url_file: Path | None = None
    alert_after_hours: float = Field(26, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "text", "json"] = "auto"

    @field_validator("data_dir")
    @classmethod
    def _refuse_signs_of_patterns(cls, folder: Path) -> Path:
        """DuckDB cuts a path at its question mark; Dagster finds its settings by a pattern."""
        if set(str(folder.absolute())).intersection("?*["):
            raise ConfigurationError(
                "the path of the data folder holds ?, * or [, below which nothing can be kept safely",
                place=str(folder.absolute()),
                rule="data_folder_name",
                remedy="Rename that folder, or use another one with --data.",
            )
        return folder

    @field_validator("ui_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, hosts: str | Iterable[str]) -> frozenset[str]:
        """Take hosts that are written in one line, with commas between them."""
        return frozenset(re.split(r"[\s,]+", hosts.strip()) if isinstance(hosts, str) else hosts) - {""}

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_plainly(cls, given: object, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """Name the variables that cannot be used; their values may be secret."""
        try:
            return validate(given)
        except ValidationError as error:
            faults = [f"CCDS_{fault['loc'][0]}".upper() + f": {fault['msg']}" for fault in error.errors()]
            raise ConfigurationError(
                "a setting cannot be used",
                place="; ".join(faults),
                rule="setting_is_valid",
                remedy="Correct the environment variable, or take it out.",
            ) from None

    @property
    def landing_url(self) -> str:
        """Where deliveries are found.

        Raises:
            ConfigurationError: If it holds a password, which would be kept and shown with it.
        """
        landing = self.landing or str(self.data_dir / "landing")
        refuse_password(landing)
        return landing

    def writes_lines(self, *, is_terminal: bool) -> bool:
        """Whether what a run says goes into lines of JSON, and not into sentences for people."""
        return self.log_format == "json" or (self.log_format == "auto" and not is_terminal)

    @property
    def programme_file(self) -> Path:
        """The programme file: the reference programme unless another is given."""
        return self.programme or default_programme_file()

    @property
    def warehouse_file(self) -> Path:
        """The restricted warehouse: staging, core, kpi and ops."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def reporting_file(self) -> Path:
        """The released tables, in the schema ``reporting``.

        The file is not called after that schema: DuckDB could not tell ``reporting.kpi`` in the file from
        ``kpi`` in the schema.
        """
        return self.data_dir / "release.duckdb"

    @property
    def as_of_folder(self) -> Path:
        """The exact KPIs of earlier days that somebody asked for: as restricted as the warehouse."""
        return self.data_dir / "as_of"

    @property
    def candidate_file(self) -> Path:
        """The next release while it is built and checked."""
        return self.data_dir / "candidate" / "release.duckdb"

    @property
    def rewritten_file(self) -> Path:
        """The warehouse while it is written anew, aside, to take the place of the present one."""
        return self.data_dir / "rewritten" / "warehouse.duckdb"

    @property
    def restored_file(self) -> Path:
        """The warehouse of a backup while it is read back and checked, before it takes its place."""
        return self.data_dir / "restored" / "warehouse.duckdb"

    @property
    def backups_folder(self) -> Path:
        """Where backups lie: best on another disk than the data folder."""
        return self.backup_folder or self.data_dir / "backups"

    @property
    def kept_releases_folder(self) -> Path:
        """The last releases, one file each."""
        return self.data_dir / "releases"

    @property
    def report_file(self) -> Path:
        """The released report."""
        return self.data_dir / "report.html"

    @property
    def exports_folder(self) -> Path:
        """The release in the forms that other tools take."""
        return self.data_dir / "exports"

    @property
    def data_docs_folder(self) -> Path:
        """The pages of the quality checks."""
        return self.data_dir / "data_docs"

    @property
    def runs_folder(self) -> Path:
        """Where private copies lie while a delivery is read."""
        return self.data_dir / "runs"

    @property
    def reference_folder(self) -> Path:
        """Tables of organisations and boards that this installation has loaded."""
        return self.data_dir / "reference"

    @property
    def alerts_folder(self) -> Path:
        """What each alert address was told, and when schedules ticked last."""
        return self.data_dir / "alerts"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance: runs, events and schedules."""
        return self.data_dir / "dagster"


def settings_by_origin() -> dict[str, frozenset[str]]:
    """Return which settings the environment holds, and which the file ``.env``; the former goes first."""
    return {
        "environment": frozenset(EnvSettingsSource(Settings)()),
        ".env": frozenset(DotEnvSettingsSource(Settings)()) & set(Settings.model_fields),
    }


def host_and_port(address: str) -> tuple[str, int]:
    """Return the two parts of an address, such as ``127.0.0.1:3000``."""
    host, _, port = address.rpartition(":")
    return host, int(port)


def refuse_password(landing: str) -> None:
    """Refuse a URL with a password, before it is kept or shown anywhere.

    Raises:
        ConfigurationError: Rule ``landing_password``.
    """
    if _PASSWORD.search(landing):
        raise ConfigurationError(
            "The URL of the landing folder holds a password",
            remedy="Take it out of the URL, and give it in the environment, as docs/deliveries.md says.",
            place=shown(landing),
            rule="landing_password",
        )


def shown(landing: str) -> str:
    """Return the folder's path or URL as it may be shown: without user and password."""
    return _USER.sub("//", landing)
