// Elements are made from text only: nothing that comes from the kernel is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

function button(label, title, press) {
  const node = make("button", "cnb-button", label);
  node.type = "button";
  node.title = title;
  node.setAttribute("aria-label", title);
  node.addEventListener("click", press);
  return node;
}

// What ends a campaign is asked first. The harmless answer takes the place of what was pressed; no answer counts at once.
const CALM = 500;

function asking(el, draw) {
  let about = null, since = 0;
  const answer = (then) => () => {
    if (performance.now() - since < CALM) return;
    const was = about;
    about = null;
    draw();
    if (then) then(was);
    ([...el.querySelectorAll(".cnb-stop")].find((one) => one.about === was) ?? el).focus();
  };
  const put = (what) => {
    about = what;
    since = performance.now();
    draw();
    el.querySelector(".cnb-keep")?.focus();
  };
  return {
    about: () => about,
    drop: () => { about = null; },
    /** What stands where the campaign can be stopped: the button, or the harmless answer. */
    button: (what, label, title) => {
      const asked = about === what;
      const one = asked ? button("Keep it", "Keep it: do not stop", answer()) : button(label, title, () => put(what));
      one.classList.add(asked ? "cnb-keep" : "cnb-stop");
      one.about = what;
      return one;
    },
    question: (what, stop) => {
      if (about !== what) return null;
      const yes = button("Stop for good", "Stop for good: end the campaign", answer(stop));
      yes.classList.add("cnb-danger");
      return make("div", "cnb-line cnb-sure", make("span", "", "It never runs again."), yes);
    },
  };
}

function strokes(paths, size) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("width", size);
  icon.setAttribute("height", size);
  icon.setAttribute("aria-hidden", "true");
  icon.classList.add("cnb-icon");
  for (const d of paths || []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    icon.append(path);
  }
  return icon;
}

function chip(text, state) {
  return make("span", `cnb-chip cnb-${state}`, text);
}

function progress(share, state) {
  const bar = make("div", "cnb-progress");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuenow", Math.round(share * 100));
  const done = make("div", `cnb-fill cnb-${state || "running"}`);
  done.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  bar.append(done);
  return bar;
}

function count(value) {
  return typeof value === "number" ? value.toLocaleString("en") : value === null || value === undefined ? "" : String(value);
}

function redraw(model, names, draw) {
  const events = names.map((name) => `change:${name}`).join(" ");
  model.on(events, draw);
  draw();
  return () => model.off(events, draw);
}
