"""One folder that keeps campaigns, runs, audiences, messages and events."""

from campaign_nb.workspace import workspaces
from campaign_nb.workspace.listing import Listing
from campaign_nb.workspace.template import Template
from campaign_nb.workspace.workspace import Workspace, default_workspace

__all__ = ["Listing", "Template", "Workspace", "default_workspace", "workspaces"]
