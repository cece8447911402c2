"""The themes of comments as assets; comments themselves never leave the restricted zone.

How comments are coded and counted is written in ``ccds_pipeline.comments``.
"""

from collections.abc import Iterator

import dagster as dg

from ccds_pipeline.defs.boundary import RETRY_WHEN_BUSY, value_free_failures
from ccds_pipeline.defs.described import table_spec
from ccds_pipeline.defs.installation import Installation
from ccds_pipeline.defs.staging import WAREHOUSE_POOL
from ccds_pipeline.kpi.build import refresh_themes
from ccds_pipeline.schemas.register import table_of, tables_of

COMMENT_THEME_KEY = dg.AssetKey(["kpi", "comment_theme"])
THEME_COUNT_KEY = dg.AssetKey(["kpi", "theme_count"])
_COMMENT_KEYS = [dg.AssetKey(["core", "fact_comment"]), dg.AssetKey(["kpi", "valid_response"])]


@dg.multi_asset(
    specs=[
        table_spec(table_of("kpi.comment_theme"), deps=_COMMENT_KEYS, kinds={"duckdb", "pandas"}),
        table_spec(table_of("kpi.theme_count"), deps=[COMMENT_THEME_KEY], kinds={"duckdb", "pandas"}),
    ],
    name="themes",
    pool=WAREHOUSE_POOL,
    retry_policy=RETRY_WHEN_BUSY,
)
def themes(installation: Installation) -> Iterator[dg.MaterializeResult[None]]:
    """Code the comments of valid responses by the programme's lexicon, and count the themes."""
    with value_free_failures(), installation.open_warehouse() as engine:
        counts = refresh_themes(engine, installation.programme)
    for table in tables_of("kpi", "theme"):
        yield dg.MaterializeResult(
            asset_key=[table.schema, table.name], metadata={"dagster/row_count": counts[table.name]}
        )
