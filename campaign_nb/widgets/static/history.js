// Log and tasks: filters and order are the page's own, and stay when new lines come.
const MARKS = { error: "error", warning: "warning", info: "pending" };

function choice(label, pick) {
  const box = make("select", "cnb-input");
  box.setAttribute("aria-label", label);
  box.addEventListener("change", pick);
  box.tell = (every, values, wanted) => {
    const now = wanted ?? box.value;
    box.replaceChildren(...[["", every], ...values.map((value) => [value, value])].map(([value, text]) => {
      const one = make("option", "", text);
      one.value = value;
      return one;
    }));
    box.value = values.includes(now) ? now : "";
  };
  return box;
}

function grid(heads, rows, none) {
  if (!rows.length) return make("div", "cnb-muted cnb-none", none);
  const head = make("tr", "", ...heads.map((name) => make("th", /^(in|out|took)$/.test(name) ? "cnb-number" : "", name)));
  return make("table", "", make("thead", "", head), make("tbody", "", ...rows));
}

const cell = (value, kind) => make("td", kind || "", value);
const words = (one) => Object.values(one).filter((value) => typeof value === "string").join("\n").toLowerCase();
const unique = (rows, name) => [...new Set(rows.map((one) => one[name]).filter(Boolean))].sort();

function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-history");
  let tab = null, order = true, run = "", asked = null;
  const draw = () => {
    const state = model.get("state");
    el.hidden = !state.title;
    if (el.hidden) { tab = asked = null; return; }
    const tabs = state.tabs || ["log", "tasks"];
    if (!tabs.includes(tab)) tab = state.tab || tabs[0];
    const all = state[tab] || [], first = asked !== state.activity ? state.activity || "" : null;
    asked = state.activity;
    kind.tell(tab === "log" ? "Every level" : "Every state", unique(all, tab === "log" ? "level" : "state"));
    activity.tell("Every activity", unique(all, "activity"), first);
    title.textContent = state.title;
    note.textContent = state.note || "";
    newest.textContent = order ? "Newest first" : "Oldest first";
    newest.setAttribute("aria-pressed", String(order));
    switches.replaceChildren(...(tabs.length < 2 ? [] : tabs.map((name) => {
      const one = button(name === "log" ? "Log" : "Tasks", name === "log" ? "What happened" : "What each activity did", () => { tab = name; kind.value = ""; draw(); });
      one.setAttribute("aria-pressed", String(name === tab));
      return one;
    })));
    fill(state, all);
  };
  const fill = (state, all) => {
    const text = search.value.trim().toLowerCase(), level = tab === "log" ? "level" : "state";
    let rows = all.filter((one) => (!kind.value || one[level] === kind.value) && (!activity.value || one.activity === activity.value)
      && (!run || !one.run || one.run === run) && (!text || words(one).includes(text)));
    if (!order) rows = [...rows].reverse();
    const found = rows.length === all.length ? `${count(all.length)} lines` : `${count(rows.length)} of ${count(all.length)} lines`;
    shown.textContent = found;
    const lines = tab === "log"
      ? rows.map((one) => make("tr", "", cell(one.when, "cnb-time"), make("td", "", chip(one.level, MARKS[one.level] || "pending")), cell(one.activity), cell(one.message, "cnb-wide")))
      : rows.map((one) => make("tr", "", cell(one.when, "cnb-time"), cell(one.activity, "cnb-strong"), make("td", "", chip(one.state, one.mark)), cell(count(one.rows_in), "cnb-number"),
        cell(count(one.rows_out), "cnb-number"), cell(one.took, "cnb-number"),
        make("td", "cnb-wide", one.note || "", one.error ? make("div", "cnb-bad", one.error) : null)));
    const heads = tab === "log" ? ["when", "level", "activity", "message"] : ["started", "activity", "state", "in", "out", "took", "what was decided"];
    const none = all.length ? "Nothing fits the filters." : "Nothing yet.";
    table.replaceChildren(grid(heads, lines, none));
    const runs = state.runs || [];
    side.hidden = !runs.length;
    if (!runs.some((one) => one.run === run)) run = "";
    side.replaceChildren(make("h4", "", "Runs"), ...runs.map((one) => {
      const pick = button("", `Only what run ${one.run.slice(0, 8)} did`, () => { run = run === one.run ? "" : one.run; draw(); });
      pick.classList.add("cnb-pick");
      pick.setAttribute("aria-pressed", String(run === one.run));
      pick.append(make("span", "", one.when), chip(one.state, one.mark));
      return pick;
    }));
  };
  const title = make("span", "cnb-name"), note = make("div", "cnb-muted"), shown = make("span", "cnb-muted cnb-push");
  shown.setAttribute("role", "status");
  const switches = make("div", "cnb-tools"), table = make("div", "cnb-scroll cnb-lines"), side = make("div", "cnb-runs");
  const kind = choice("Level or state", draw), activity = choice("Activity", draw);
  const search = make("input", "cnb-input");
  search.type = "search";
  search.placeholder = "Search";
  search.setAttribute("aria-label", "Search");
  search.addEventListener("input", draw);
  const newest = button("", "Turn the order round", () => { order = !order; draw(); });
  const filters = make("div", "cnb-line cnb-filters", search, kind, activity, newest, shown);
  for (const name of ["keydown", "keyup", "keypress"]) filters.addEventListener(name, (event) => event.stopPropagation());
  filters.dataset.lmSuppressShortcuts = "true";
  el.append(make("div", "cnb-head", make("div", "cnb-words", title, note), switches), filters, make("div", "cnb-beside", table, side));
  return redraw(model, ["state"], draw);
}

export default { render };
