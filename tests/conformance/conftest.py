"""The session of Spark that the tests on Spark share."""

from tests.spark.conftest import spark

__all__ = ["spark"]
