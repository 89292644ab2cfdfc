"""A small shop, and a campaign that saves an audience of it."""

from __future__ import annotations

from typing import Any

import polars as pl

import campaign_nb as cn

PEOPLE = pl.DataFrame({"id": [1, 2, 3], "points": [5, 50, None]})


def shop(rows: pl.DataFrame = PEOPLE) -> cn.DataModel:
    """People with points."""
    model = cn.DataModel("shop")
    model.table("people", rows, key="id")
    return model


def saved(workspace: cn.Workspace, label: str = "Loyal", least: int = 0, **options: Any) -> None:
    """A campaign that saves those with more points than some, with twice their points, has run."""
    model = shop()
    first = cn.Campaign(f"More than {least}", data=model, workspace=workspace)
    rich = first.build_audience("All", model.people.points > least).enrich("Twice", twice=cn.col.points * 2)
    rich.save_audience(label, **options)
    first.publish(confirm=0)
    first.runs[0].wait("20s")


def read(workspace: cn.Workspace, rows: pl.DataFrame = PEOPLE, **options: Any) -> cn.DryRun:
    """A campaign that reads it has run dry."""
    second = cn.Campaign("Second", data=shop(rows), workspace=workspace)
    second.read_audience("Loyal", **options)
    return second.dry_run()
