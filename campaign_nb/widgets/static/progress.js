// One bar: how far a run is, and what it does.
function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-runbar");
  return redraw(model, ["state"], () => {
    const state = model.get("state"), share = state.progress || 0;
    el.replaceChildren(
      make("div", "cnb-line", make("strong", "", state.title || ""), make("span", "cnb-muted", state.text || ""), make("span", "cnb-push", `${Math.round(share * 100)} %`)),
      progress(share, state.kind));
  });
}

export default { render };
