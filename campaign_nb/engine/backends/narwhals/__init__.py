"""Rules, steps and plans on a cluster, by Narwhals; imported only when such an engine is chosen."""

import importlib
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # what PySpark says of the versions of others
    importlib.import_module("pyspark.sql.connect.functions")
