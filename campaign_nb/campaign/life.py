"""The life of a campaign as its author leads it: publication, actions, properties, versions, log."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.published import Published
from campaign_nb.campaign.runs import Runs
from campaign_nb.engine.engines import refuse_live
from campaign_nb.graph.building import Building
from campaign_nb.graph.draft import Draft
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.workspace import Listing, Workspace
from campaign_nb.workspace.life import folder_of, tags_of


class Life(Building):
    """The verbs of a campaign that lead it from a draft to the archive."""

    _published: Published
    _draft: Draft

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name, unique in the workspace."""

    @property
    @abstractmethod
    def workspace(self) -> Workspace:
        """Where runs, messages and audiences are kept."""

    # ------------------------------------------------------------------------------------------------------ properties

    @property
    def description(self) -> str:
        """What it is for.

        A new one is published with the next version. Errors: a campaign that has ended.
        """
        return self._draft.definition.description

    @description.setter
    def description(self, description: str) -> None:
        self._published.check_editable()
        self._draft.describe(description=description)
        self._owner().changed()

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, which can be changed at any time.

        Errors: a tag that is no printable text.
        """
        return self._published.tags()

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        wanted = tags_of(tags)
        self._published.tag(wanted)
        self._draft.describe(tags=wanted)
        self._owner().changed()

    @property
    def folder(self) -> str:
        """The folder in which it is listed, as "retail/spring".

        It can be moved at any time.
        Errors: a name that is not printable or too long, more than ten levels.
        """
        return self._published.folder()

    @folder.setter
    def folder(self, folder: str) -> None:
        self._published.move(folder_of(folder))
        self._owner().changed()

    # --------------------------------------------------------------------------------------------------------- actions

    def save(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Keep the draft in its workspace; with a path, write it to a file as JSON.

        A kept draft is listed by `ws.campaigns` and opened by `cn.Campaign.open`; what is published goes on as it is.

        Errors: functions that another kernel could not import; a folder that can't be written; a campaign that has ended.
        """
        if path is not None:
            return super().save(path)
        self._published.save()
        return self.workspace.store.path

    def publish(self, confirm: int | None = None) -> Any:
        """Hand the campaign to its schedule; without one it runs once, at once.

        Shape: `confirm` is the number of messages of the last dry run of this definition (one is made if there is
        none). Without `confirm` you get the numbers and a button. Returns what the notebook shows as the panel.
        Errors: problems of the definition, another number, a schedule that lies in the past, a campaign that has ended.
        """
        refuse_live(self.workspace.engine, f"campaign {self.name!r}")
        return self._published.publish(confirm)

    def launch(self, *, steps: bool = False) -> LiveRun:
        """Start a run now, beside the schedule; `run.wait("60s")` holds until it is done.

        With `steps=True` each activity is a stage of its own: the same people and numbers, with the time that each takes and
        its rows kept, slower than activities that compute together.
        One that waits for signals starts with the test values of its parameters.
        Errors: a campaign that is not published, is paused, or has ended; a parameter without a value.
        """
        refuse_live(self.workspace.engine, f"campaign {self.name!r}")
        return self._published.launch(steps=steps)

    def signal(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Start a run of a campaign that waits for signals.

        The values are its variables.

        The run begins as soon as the scheduler of a kernel that holds the campaign looks, by the schedule's `overlap`.
        Errors: a campaign that is not live, is paused, or waits for no signal; a parameter without a value or of another type.
        """
        refuse_live(self.workspace.engine, f"campaign {self.name!r}")
        self._published.signal({**(values or {}), **named})

    def pause(self) -> None:
        """Start no launch and no further stage until `resume`.

        Errors: a campaign that is not live, or is paused.
        """
        self._published.act("pause")

    def resume(self) -> None:
        """Go on after a pause.

        After one for an audience that has moved, it goes on with the people that it has now.
        Errors: a campaign that is not paused.
        """
        self._published.act("resume")

    def stop(self) -> None:
        """End it for good; runs under way stop before their next stage.

        Errors: a campaign that is not published, or has ended.
        """
        self._published.act("stop")

    def close(self) -> None:
        """Launch no more; runs under way go on to their end.

        Errors: a campaign that is not live, or whose schedule does not recur.
        """
        self._published.act("close")

    def archive(self) -> None:
        """Put it aside; 30 days after its last change it is deleted.

        Runs under way stop before their next stage.
        Errors: a draft, a campaign that is archived already.
        """
        self._published.act("archive")

    def delete(self) -> None:
        """Delete a draft from the workspace, with its runs and its log.

        What this kernel holds of it stays a draft.
        Errors: a campaign that is no draft, a draft that is not in the workspace.
        """
        self._published.act("delete")

    def back_to_draft(self) -> None:
        """Take a publication back before any run was done.

        Before the first one, or paused after one that failed. Runs under way stop; publish it again afterwards.
        Errors: a run that is done; a live campaign without an error, or that is not paused.
        """
        self._published.act("back_to_draft")

    # ------------------------------------------------------------------------------------------------- how it stands

    @property
    def status(self) -> str:
        """draft, scheduled, live, completed, closed, stopped or archived.

        Behind it, where they apply, (paused), (error) and (draft of version 2): what is written and not published yet.
        """
        return self._published.status()

    def stored(self) -> CampaignRecord | None:
        """Return its row in the workspace, None before it was first kept there.

        Makes no workspace.
        """
        return self._published.record()

    def standing(self) -> CampaignRecord | None:
        """Return the row that tells how it stands, None for a draft.

        One that has ended and was written anew and otherwise is a draft; `stored` still returns what has ended.
        """
        return self._published.standing()

    @property
    def versions(self) -> Listing:
        """Its versions, oldest first, with state and time of publication.

        Runs keep to the version that they began with. A change of a published campaign is a draft of the next version.
        """
        return self._published.versions()

    @property
    def log(self) -> Listing:
        """What happened, oldest first: time, level, activity, message."""
        return self._published.log()

    @property
    def tasks(self) -> Listing:
        """Every execution of every activity: run, activity, state, rows, times."""
        return self._published.tasks()

    @property
    def runs(self) -> Runs:
        """The live runs, newest first; an index gives the run itself."""
        return Runs(self._published)
