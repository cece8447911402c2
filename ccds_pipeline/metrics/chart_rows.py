import pandas as pd

from ccds_pipeline.schemas.kpi import CONTROL_CHART


def control_chart_rows(kpis):
    return pd.DataFrame(columns=CONTROL_CHART.column_names)
