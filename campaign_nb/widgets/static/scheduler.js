// What comes next, what runs now, what ran last, and three buttons.
function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-scheduler");
  const act = (action, campaign) => () => model.send({ action, campaign: campaign || "" });
  const list = (rows, draw, none) => (rows?.length ? make("div", "cnb-rows", ...rows.map(draw)) : make("div", "cnb-muted", none));
  return redraw(model, ["state"], () => {
    const state = model.get("state"), now = state.scheduler || "stopped";
    const kind = { running: "done", paused: "waiting" }[now] || "pending";
    const tools = make("div", "cnb-tools",
      now === "running" ? button("Pause", "Pause the scheduler", act("pause")) : button(now === "paused" ? "Resume" : "Start", "Let the scheduler launch campaigns", act(now === "paused" ? "resume" : "start")),
      ...(now === "stopped" ? [] : [button("Stop", "Stop the scheduler", act("stop"))]));
    const running = list(state.running, (run) => make("div", "cnb-run",
      make("div", "cnb-line", make("strong", "", run.campaign), make("span", "cnb-muted", [run.activity, run.amount || (run.rows === null ? "" : `${count(run.rows)} rows`)].filter(Boolean).join(" · ")),
        make("span", "cnb-push", `${Math.round(run.progress * 100)} %`),
        button(run.paused ? "Resume" : "Pause", `${run.paused ? "Resume" : "Pause"} ${run.campaign}`, act(run.paused ? "resume" : "pause", run.campaign)),
        button("Stop", `Stop ${run.campaign}`, act("stop", run.campaign))),
      progress(run.progress, run.paused ? "waiting" : "running")), "Nothing is running.");
    const held = (one) => {
      const go = button(one.button, `${one.button} ${one.where}`, act("go_on", one.run));
      go.classList.add("cnb-go");
      return make("div", one.button === "Retry" ? "cnb-why cnb-failed" : "cnb-why", make("div", "cnb-line", make("strong", "", one.where), go), make("div", "", one.why));
    };
    const entry = (one) => make("div", "cnb-line", make("span", "cnb-when", one.when), make("span", "", one.campaign), make("span", "cnb-muted", one.note));
    const launches = list(state.launches, entry, "No launch is planned.");
    const runs = list(state.runs, (one) => make("div", "cnb-line", make("span", "cnb-when", one.when), make("span", "", one.campaign), chip(one.state, one.kind),
      make("span", "cnb-muted", one.counts.map(([name, value]) => `${name} ${count(value)}`).join(" · "))), "Nothing has run yet.");
    el.replaceChildren(
      make("div", "cnb-head", make("div", "cnb-words", make("div", "cnb-line", make("span", "cnb-name", "Scheduler"), chip(now, kind)), make("div", "cnb-muted", state.subtitle || "")), tools),
      make("div", "cnb-sections",
        state.held?.length ? make("section", "cnb-wide", make("h4", "", "Halted"), list(state.held, held, "")) : null,
        make("section", "cnb-wide", make("h4", "", "Running"), running),
        make("section", "", make("h4", "", "Next launches"), launches),
        make("section", "", make("h4", "", "Last runs"), runs),
        state.missed?.length ? make("section", "", make("h4", "", "Missed launches"), list(state.missed, entry, "")) : null));
  });
}

export default { render };
