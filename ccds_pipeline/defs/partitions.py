"""Delivery dates as partitions; everything else that has to do with time belongs elsewhere."""

from __future__ import annotations

import dagster as dg

from ccds_pipeline.sources.landing import FIRST_DELIVERY

TIMEZONE = "Europe/London"

# end_offset=1: a delivery of today can be loaded today.
delivery_dates = dg.DailyPartitionsDefinition(start_date=FIRST_DELIVERY, timezone=TIMEZONE, end_offset=1)
