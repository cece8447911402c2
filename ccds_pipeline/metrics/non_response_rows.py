import pandas as pd

from ccds_pipeline.schemas.kpi import NON_RESPONSE


def non_response_rows(programme, cells):
    return pd.DataFrame(columns=NON_RESPONSE.column_names)
