"""Polars types of declared columns, as JSON and as code."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from campaign_nb.data.dtypes import dtype_code, dtype_document, dtype_of, is_dtype

TYPES = [
    (pl.Float64, "Float64", "pl.Float64"),
    (pl.Categorical(), "Categorical", "pl.Categorical"),
    (pl.Datetime("ms", "Europe/Paris"), ["Datetime", "ms", "Europe/Paris"], 'pl.Datetime("ms", "Europe/Paris")'),
    (pl.Datetime("us"), ["Datetime", "us", None], 'pl.Datetime("us")'),
    (pl.Duration("us"), ["Duration", "us"], 'pl.Duration("us")'),
    (pl.Decimal(10, 2), ["Decimal", 10, 2], "pl.Decimal(10, 2)"),
    (pl.List(pl.Struct({"a": pl.Int8})), ["List", ["Struct", {"a": "Int8"}]], 'pl.List(pl.Struct({"a": pl.Int8}))'),
    (pl.Enum(["x", "y"]), ["Enum", ["x", "y"]], 'pl.Enum(["x", "y"])'),
]


@pytest.mark.parametrize(("dtype", "document", "code"), TYPES, ids=[code for _, _, code in TYPES])
def test_a_type_is_written_read_and_coded(dtype: Any, document: object, code: str) -> None:
    assert dtype_document(dtype) == document and dtype_of(document) == dtype and is_dtype(dtype)
    assert dtype_code(dtype) == code and eval(code, {"pl": pl}) == dtype  # noqa: S307 # the code under test


@pytest.mark.parametrize(
    "document",
    [
        *("Float65", 3, None, [], {}, ["Datetime"], ["Datetime", "weeks", None], ["Datetime", "us", "Nowhere/Zone"]),
        *(["Decimal", 39, 2], ["Decimal", 2, 3], ["List", 3], ["Struct", 3], ["Enum", [1]], ["Object"]),
    ],
)
def test_anything_else_is_no_type(document: object) -> None:
    with pytest.raises(ValueError, match="is no Polars type"):
        dtype_of(document)


def test_a_type_that_no_file_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="Object is no type of a declared column"):
        dtype_document(pl.Object)
