// What the selected activity or transition is, and what it let through.
function section(title, body) {
  return make("section", "", make("h4", "", title), body);
}

function pairs(rows, numbers) {
  const body = make("tbody", "");
  for (const [name, value] of rows) body.append(make("tr", "", make("td", "cnb-muted", name), make("td", numbers ? "cnb-number" : "", numbers ? count(value) : value)));
  return make("table", "", body);
}

function grid(columns, rows) {
  const numbers = columns.map((_, place) => rows.every((row) => row[place] === null || typeof row[place] === "number"));
  const kind = (value, place) => [value === null ? "cnb-muted" : "", numbers[place] ? "cnb-number" : ""].join(" ").trim();
  const head = make("tr", "", ...columns.map((name, place) => make("th", numbers[place] ? "cnb-number" : "", name)));
  const lines = rows.map((row) => make("tr", "", ...row.map((value, place) => make("td", kind(value, place), value === null ? "null" : value))));
  return make("div", "cnb-scroll", make("table", "", make("thead", "", head), make("tbody", "", ...lines)));
}

function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-details");
  return redraw(model, ["state"], () => {
    const state = model.get("state");
    el.hidden = !state.title;
    if (el.hidden) return el.replaceChildren();
    const icon = make("span", `cnb-tile cnb-${state.family}`, strokes(state.icon, 18));
    const close = button("×", "Close the details", () => { model.set("state", {}); model.save_changes(); el.hidden = true; });
    const named = make("div", "cnb-words", make("div", "cnb-line", make("span", "cnb-name", state.title), ...(state.chips || []).map(([text, kind]) => chip(text, kind))),
      make("div", "cnb-muted", state.subtitle || ""));
    const body = make("div", "cnb-sections");
    if (state.told) body.append(make("div", `cnb-told cnb-why${(state.chips || []).some(([, kind]) => kind === "error") ? " cnb-failed" : ""}`, state.told));
    if (state.problems?.length) body.append(section("Problems", make("ul", "", ...state.problems.map((text) => make("li", "", text)))));
    if (state.options?.length) body.append(section("Options", pairs(state.options, false)));
    if (state.reasons?.length) body.append(section("Left out, by reason", pairs(state.reasons, true)));
    if (state.columns?.length) body.append(section("Columns", pairs(state.columns, false)));
    if (state.rows?.rows?.length) body.append(section(state.rows.title, grid(state.rows.columns, state.rows.rows)));
    if (state.note) body.append(make("div", "cnb-muted", state.note));
    el.replaceChildren(make("div", "cnb-head", icon, named, close), body);
  });
}

export default { render };
