// The bar above the canvas. It also looks after the canvas that stands beside it: theme, fit, zoom, keys, motion.
const LEAST = 0.68, MOST_HIGH = 1100, EDGE = 18;

function isDark() {
  const said = document.body.dataset.jpThemeLight;
  if (said !== undefined) return said === "false";
  if (document.body.matches(".vscode-dark, .vscode-high-contrast, [data-theme=dark]")) return true;
  if (document.body.matches(".vscode-light, [data-theme=light]")) return false;
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

class Keeper {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.cy = null;
    this.touched = false;
    this.last = "";
    this.when = -Infinity;
    this.tick = 0;
    this.moved = new Set();
    this.sizes = new ResizeObserver(() => this.resized());
    this.tree = new MutationObserver(() => this.find());
    this.theme = new MutationObserver(() => this.restyle());
    this.theme.observe(document.body, { attributes: true });
    this.system = window.matchMedia("(prefers-color-scheme: dark)");
    this.restyle = this.restyle.bind(this);
    this.system.addEventListener("change", this.restyle);
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.timer = setInterval(() => this.move(), 80);
    this.waiting = setInterval(() => this.attach(), 50);
    this.tell();
  }

  attach() {
    const root = this.el.closest(".campaign-nb-canvas");
    if (!root) return;
    clearInterval(this.waiting);
    this.root = root;
    this.tree.observe(root, { childList: true, subtree: true });
    this.find();
  }

  find() {
    for (const box of this.root.querySelectorAll(".custom-widget")) {
      const cy = box._cyreg && box._cyreg.cy;
      if (cy && cy !== this.cy) return this.adopt(cy, box);
    }
  }

  adopt(cy, box) {
    const old = this.cy;
    this.sizes.disconnect();
    this.cy = cy;
    this.box = box;
    this.touched = false;
    this.when = -Infinity;
    this.drawn = null;
    this.width = this.high = 0;
    this.moved.clear();
    cy.on("layoutstop", () => this.fit());
    cy.on("dragpan", () => { this.touched = true; });
    cy.on("tap", "node, edge", (event) => this.choose(event.target, false));
    cy.on("mouseover", "node.card, node.pill, edge", (event) => this.point(event.target, true));
    cy.on("mouseout", "node.card, node.pill, edge", (event) => this.point(event.target, false));
    box.tabIndex = 0;
    box.dataset.lmSuppressShortcuts = "true";
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", "Campaign graph. Arrow keys move between activities.");
    box.addEventListener("keydown", (event) => this.key(event));
    this.sizes.observe(box);
    this.restyle();
    this.fit();
    if (old) try { old.destroy(); } catch { /* it had gone already */ }
  }

  tell() {
    const dark = isDark();
    if (this.model.get("dark") !== dark) {
      this.model.set("dark", dark);
      this.model.save_changes();
    }
    return dark;
  }

  restyle() {
    const dark = this.tell();
    const rules = this.model.get("themes")[dark ? "dark" : "light"];
    if (this.cy && rules && this.drawn !== dark) {
      this.drawn = dark;
      this.cy.style(rules);
    }
  }

  resized() {
    // The library sets the height that the kernel told once more when it has drawn.
    if (this.high && Math.abs(this.box.offsetHeight - this.high) > 1) this.box.style.height = `${this.high}px`;
    if (this.box.clientWidth && Math.abs(this.box.clientWidth - (this.width || 0)) > 2 && !this.touched) this.fit();
    else this.cy.resize();
  }

  fit() {
    const { cy, box } = this;
    if (!cy || !box.clientWidth || cy.elements().empty()) return;
    this.width = box.clientWidth;
    const around = cy.elements().boundingBox({ includeOverlays: false });
    const room = box.clientWidth - 2 * EDGE;
    let zoom = Math.min(1, Math.max(LEAST, room / around.w));
    const high = Math.min(MOST_HIGH, around.h * zoom + 2 * EDGE);
    this.high = Math.round(high);
    box.style.height = `${this.high}px`;
    cy.resize();
    zoom = Math.max(Math.min(zoom, (high - 2 * EDGE) / around.h), Math.min(zoom, LEAST));
    const spare = box.clientWidth - around.w * zoom;
    cy.viewport({ zoom, pan: { x: Math.max(EDGE, spare / 2) - around.x1 * zoom, y: EDGE - around.y1 * zoom } });
    this.touched = false;
  }

  zoom(factor) {
    if (!this.cy) return;
    this.touched = true;
    const level = Math.max(0.2, Math.min(1.6, this.cy.zoom() * factor));
    this.cy.zoom({ level, renderedPosition: { x: this.box.clientWidth / 2, y: this.box.clientHeight / 2 } });
  }

  point(target, on) {
    this.box.style.cursor = on ? "pointer" : "";
    this.box.title = on ? target.data("label") || "" : "";
    target.toggleClass("hover", on);
  }

  choose(target, tell) {
    const name = target.id(), pair = /^[ep]/.test(name) ? `#e${name.slice(1)}, #p${name.slice(1)}` : `#${name}`;
    this.cy.batch(() => {
      this.cy.$(".selected").removeClass("selected");
      this.cy.$(pair).addClass("selected");
    });
    [this.last, this.when] = [name, target.hasClass("card") ? performance.now() : -Infinity];
    if (tell) this.model.send({ select: name });
  }

  key(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (event.key === "+" || event.key === "-") this.zoom(event.key === "+" ? 1.2 : 1 / 1.2);
    else if (event.key === "0") this.fit();
    else if (!way) return;
    else this.step(way);
    event.preventDefault();
    event.stopPropagation();
  }

  step(way) {
    // What the kernel says of a choice comes later than the next key.
    const last = performance.now() - this.when < 1000 ? this.cy.getElementById(this.last)[0] : null;
    const from = last ?? this.cy.nodes(".card").filter(".selected")[0];
    const best = (from && this.joined(from, way[0])) || this.beside(from, way);
    if (!best) return;
    this.choose(best, true);
    const seen = best.renderedBoundingBox();
    if (seen.x1 < 0 || seen.y1 < 0 || seen.x2 > this.box.clientWidth || seen.y2 > this.box.clientHeight) this.cy.center(best);
  }

  joined(from, way) {
    if (!way) return null;
    const far = (card) => Math.hypot(card.position("x") - from.position("x"), card.position("y") - from.position("y"));
    const ends = (way > 0 ? from.outgoers() : from.incomers()).nodes(".card").toArray();
    return ends.filter((card) => card !== from).sort((one, other) => far(one) - far(other))[0];
  }

  beside(from, way) {
    let best = null, least = Infinity;
    for (const card of this.cy.nodes(".card")) {
      if (card === from) continue;
      const at = card.position(), to = from ? from.position() : { x: -1e4, y: -1e4 };
      const dx = at.x - to.x, dy = at.y - to.y;
      const ahead = from ? dx * way[0] + dy * way[1] : Math.hypot(dx, dy);
      const aside = from ? Math.abs(dx * way[1]) + Math.abs(dy * way[0]) : 0;
      if (ahead > 5 && ahead + 2.5 * aside < least) [best, least] = [card, ahead + 2.5 * aside];
    }
    return best;
  }

  move() {
    const { cy } = this;
    if (!cy || this.still.matches || !this.box.isConnected || document.hidden || cy.destroyed()) return;
    const moving = cy.$("edge.flow, node.running");
    if (moving.empty() && !this.moved.size) return;
    this.tick += 1;
    const now = new Set(moving.map((one) => one.id()));
    cy.batch(() => {
      for (const name of this.moved) if (!now.has(name)) cy.getElementById(name).removeStyle();
      cy.$("edge.flow").style("line-dash-offset", -1.5 * this.tick);
      const glow = 0.14 + 0.1 * Math.sin(this.tick / 4);
      for (const card of cy.$("node.running").not(".selected")) {
        card.style({ "underlay-opacity": glow, "underlay-padding": 4, "underlay-color": card.style("border-color") });
      }
    });
    this.moved = now;
  }

  end() {
    clearInterval(this.timer);
    clearInterval(this.waiting);
    for (const watch of [this.sizes, this.tree, this.theme]) watch.disconnect();
    this.system.removeEventListener("change", this.restyle);
  }
}

function render({ model, el }) {
  el.classList.add("campaign-nb-panel", "cnb-bar");
  const keeper = new Keeper(model, el);
  const words = make("div", "cnb-words");
  const tools = make("div", "cnb-tools",
    button("−", "Zoom out", () => keeper.zoom(1 / 1.2)),
    button("+", "Zoom in", () => keeper.zoom(1.2)),
    button("⤢", "Fit to the cell", () => keeper.fit()));
  const actions = make("div", "cnb-tools cnb-actions"), sure = make("div", "");
  let drawn = "";
  const offer = () => {
    const offered = model.get("state").actions || [];
    if (!offered.some(([action]) => action === "stop")) ask.drop();
    const now = JSON.stringify([offered, ask.about()]);
    // A button that is replaced while it is pressed loses its click.
    if (now === drawn) return;
    drawn = now;
    const held = actions.contains(document.activeElement) ? document.activeElement.textContent : null;
    const buttons = offered.map(([action, label, hint]) => {
      if (action === "stop") return ask.button("stop", label, hint);
      const one = button(label, hint, () => model.send({ action }));
      one.disabled = ask.about() !== null;
      if (action === "resume" || action === "retry") one.classList.add("cnb-go");
      return one;
    });
    actions.replaceChildren(...buttons);
    sure.replaceChildren(...[ask.question("stop", () => model.send({ action: "stop" }))].filter(Boolean));
    if (held) (buttons.find((one) => one.textContent === held) ?? el).focus();
  };
  const ask = asking(el, offer);
  el.tabIndex = -1;
  el.append(words, make("div", "cnb-side", tools, actions, sure));
  const stop = redraw(model, ["state"], () => {
    const state = model.get("state");
    tools.hidden = state.zoom === false;
    const title = make("div", "cnb-line", make("span", "cnb-name", state.name || ""), ...(state.chips || []).map(([text, kind]) => chip(text, kind)));
    const lines = (state.lines || []).map((line) => make("div", "cnb-muted", line));
    offer();
    const legend = make("div", "cnb-legend", ...(state.legend || []).map(([text, kind]) => make("span", "", make("i", `cnb-dot cnb-${kind}`), text)));
    const why = state.why ? make("div", state.failed ? "cnb-why cnb-failed" : "cnb-why", state.why) : null;
    const problems = state.problems?.length ? make("ul", "cnb-problems", ...state.problems.map((text) => make("li", "", text))) : null;
    const far = state.progress === null || state.progress === undefined ? null : progress(state.progress, state.kind);
    words.replaceChildren(...[title, ...lines, why, problems, far, legend].filter(Boolean));
  });
  return () => { stop(); keeper.end(); };
}

export default { render };
