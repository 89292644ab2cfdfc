"""One local Spark Connect session for all tests on Spark: two cores, little memory."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

TINY = {
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The session; Spark's own warnings about its surroundings are not ours."""
    folder = tmp_path_factory.mktemp("spark")
    settings = {**TINY, "spark.sql.warehouse.dir": str(folder), "spark.local.dir": str(folder)}
    options = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    before = dict(os.environ)
    os.environ["SPARK_TESTING"] = "1"  # a port of its own, whatever else runs on this machine
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": f"--driver-memory 1g {options} pyspark-shell"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        from campaign_nb.engine.backends.narwhals.spark import SETTINGS

        session = SparkSession.builder.remote("local[2]").getOrCreate()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
    yield session
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session.stop()
    for name in set(os.environ) - set(before):
        del os.environ[name]
