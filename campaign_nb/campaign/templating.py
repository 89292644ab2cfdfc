"""Campaigns from templates, and templates from campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from campaign_nb.clock import zone
from campaign_nb.data.model import DataModel
from campaign_nb.workspace import Template, Workspace, default_workspace

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

C = TypeVar("C", bound="Campaign")


def from_template(
    kind: type[C], template: str | Template, name: str, data: DataModel, workspace: Workspace | None, time_zone: str | None
) -> C:
    """Return a draft with the activities, the settings and the schedule of a template."""
    if time_zone is not None:
        zone(time_zone)
    found = template if isinstance(template, Template) else (workspace or default_workspace()).templates[template]
    definition, schedule = found.copied(name, time_zone)
    campaign = kind(name, data=data, time_zone=definition.time_zone, workspace=workspace)
    campaign._become(definition)  # pyright: ignore[reportPrivateUsage] # one family
    campaign.schedule = schedule
    return campaign


def to_template(campaign: Campaign, name: str, description: str | None, folder: str | None, replace: bool) -> Template:
    """Keep the definition and the schedule of a campaign as a template of its workspace."""
    definition = campaign.definition
    told = definition.description if description is None else description
    place = campaign.folder if folder is None else folder
    return campaign.workspace.templates.save(Template(name, definition, campaign.schedule, told, place), replace=replace)
