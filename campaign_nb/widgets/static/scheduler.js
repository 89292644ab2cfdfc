// What comes next, what runs and waits now, what ran last, and the buttons of the scheduler and its runs.
function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-scheduler");
  el.tabIndex = -1;
  const act = (action, campaign) => () => model.send({ action, campaign: campaign || "" });
  const list = (rows, draw, none) => (rows?.length ? make("div", "cnb-rows", ...rows.map(draw)) : make("div", "cnb-muted", none));
  const section = (title, kind, ...parts) => make("section", kind, make("h4", "", title), ...parts);
  const entry = (one) => make("div", "cnb-line", make("span", "cnb-when", one.when), make("span", "", one.campaign), make("span", "cnb-muted", one.note));

  const going = (run) => make("div", "cnb-run",
    make("div", "cnb-line", make("strong", "", run.campaign), make("span", "cnb-muted", [run.activity, run.amount || (run.rows === null ? "" : `${count(run.rows)} rows`)].filter(Boolean).join(" · ")),
      make("span", "cnb-push", `${Math.round(run.progress * 100)} %`),
      button(run.paused ? "Resume" : "Pause", `${run.paused ? "Resume" : "Pause"} ${run.campaign}`, act(run.paused ? "resume" : "pause", run.campaign)),
      ask.button(run.campaign, "Stop campaign", `Stop campaign ${run.campaign} for good`)),
    progress(run.progress, run.paused ? "waiting" : "running"),
    ask.question(run.campaign, (campaign) => act("stop", campaign)()));
  const held = (one) => {
    const go = button(one.button, `${one.button} ${one.where}`, act("go_on", one.run));
    go.classList.add("cnb-go");
    return make("div", one.button === "Retry" ? "cnb-why cnb-failed" : "cnb-why", make("div", "cnb-line", make("strong", "", one.where), go), make("div", "", one.why));
  };
  const waiting = (one) => make("div", "cnb-line", make("strong", "", one.campaign), chip("waiting", "waiting"), make("span", "cnb-muted", one.note));
  const paused = (one) => {
    const go = button("Resume", `Resume ${one.campaign}`, act("resume", one.campaign));
    go.classList.add("cnb-go");
    return make("div", "cnb-line", make("span", "", one.campaign), chip("paused", "waiting"), one.go ? go : null, one.note ? make("div", "cnb-note", one.note) : null);
  };
  const past = (one) => make("div", "cnb-line", make("span", "cnb-when", one.when), make("span", "", one.campaign), chip(one.state, one.kind),
    make("span", "cnb-muted", one.counts.map(([name, value]) => `${name} ${count(value)}`).join(" · ")));

  let pressed = false, late = false;
  const draw = () => {
    // A button that is replaced while it is pressed loses its click.
    if (pressed) { late = true; return; }
    late = false;
    const state = model.get("state"), now = state.scheduler || "stopped";
    if (!state.running?.some((run) => run.campaign === ask.about())) ask.drop();
    const focused = el.contains(document.activeElement) ? document.activeElement : null;
    const kind = { running: "done", paused: "waiting" }[now] || "pending";
    const tools = make("div", "cnb-tools",
      now === "running" ? button("Pause", "Pause the scheduler", act("pause")) : button(now === "paused" ? "Resume" : "Start", "Let the scheduler launch campaigns", act(now === "paused" ? "resume" : "start")),
      ...(now === "stopped" ? [] : [button("Stop", "Stop the scheduler", act("stop"))]));
    const halts = state.paused?.length ? list(state.paused, paused) : null;
    el.replaceChildren(
      make("div", "cnb-head", make("div", "cnb-words", make("div", "cnb-line", make("span", "cnb-name", "Scheduler"), chip(now, kind)), make("div", "cnb-muted", state.subtitle || "")), tools),
      make("div", "cnb-sections",
        state.held?.length ? section("Halted", "cnb-wide", list(state.held, held)) : null,
        section("Running", "cnb-wide cnb-now", list(state.running, going, "Nothing is running.")),
        state.waiting?.length ? section("Waiting", "cnb-wide", list(state.waiting, waiting)) : null,
        section("Next launches", "", halts, state.launches?.length || !halts ? list(state.launches, entry, "No launch is planned.") : null),
        section("Last runs", "cnb-last", list(state.runs, past, "Nothing has run yet.")),
        state.missed?.length ? section("Missed launches", "", list(state.missed, entry)) : null));
    if (focused && !el.contains(focused)) ([...el.querySelectorAll("button")].find((one) => one.title === focused.title) ?? el).focus();
  };
  const ask = asking(el, draw);
  const down = () => { pressed = true; };
  const up = () => { pressed = false; if (late) setTimeout(draw); };
  el.addEventListener("pointerdown", down);
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, up);

  // What had the focus goes when this panel takes its place, a moment before or after.
  const take = (tries) => {
    if (!model.get("take_focus")) return;
    const free = !document.activeElement || document.activeElement === document.body;
    if (tries > 0 && !(free && el.isConnected)) { setTimeout(() => take(tries - 1), 20); return; }
    model.set("take_focus", false);
    model.save_changes();
    if (free) el.focus();
  };
  take(100);
  const end = redraw(model, ["state"], draw);
  return () => { end(); for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, up); };
}

export default { render };
