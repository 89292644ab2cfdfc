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
