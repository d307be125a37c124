// Only enhances: names suggested while typing, a range chosen on the picture by dragging, the
// picture redrawn while a question is written, and snippets copied. Every page works without.
"use strict";

const later = (work, wait) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
};

function suggest(input) {
  const list = document.getElementById(input.getAttribute("list"));
  input.addEventListener("input", later(async () => {
    const words = input.value.trim();
    if (words.length < 2) return;
    const asked = new URLSearchParams({ q: words, limit: "12", fields: "id,name", format: "json" });
    const answer = await fetch(`${input.dataset.suggest}?${asked}`).catch(() => null);
    if (!answer || !answer.ok) return;
    const { data } = await answer.json();
    list.replaceChildren(...data.map(({ name }) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }));
  }, 150));
}

function brush(figure) {
  const svg = figure.querySelector("svg");
  const days = figure.dataset.days.split(" ").map((span) => span.split("/"));
  if (!svg || days.length < 2) return;
  figure.querySelector(".brush-hint").hidden = false;
  const { width, height } = svg.viewBox.baseVal;
  const margin = 8;
  const step = (width - 2 * margin) / days.length;
  const chosen = document.createElementNS(svg.namespaceURI, "rect");
  chosen.setAttribute("class", "brushed");
  chosen.setAttribute("height", height);
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    return Math.max(0, Math.min(days.length - 1, Math.floor((x - margin) / step)));
  };
  let from = null;
  let dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType !== "touch") from = at(event);
    dragged = false;
  });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = at(event);
    dragged = dragged || to !== from;
    if (!dragged) return;
    chosen.setAttribute("x", margin + Math.min(from, to) * step);
    chosen.setAttribute("width", (Math.abs(to - from) + 1) * step);
    svg.append(chosen);
  });
  svg.addEventListener("click", (event) => dragged && event.preventDefault());
  addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [first, last] = [from, at(event)].sort((a, b) => a - b);
    from = null;
    if (!dragged) return;
    const asked = new URLSearchParams(figure.dataset.query);
    asked.append("start_date", days[first][0]);
    asked.append("end_date", days[last][1]);
    location.assign(`${figure.dataset.brush}?${asked}`);
  });
}

function redraw(form) {
  const change = later(async () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const answer = await fetch(`${form.action}?${asked}`, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [drawn, shown] = [page, document].map((each) => each.querySelector("figure.picture"));
    if (!drawn || !shown) return;
    shown.replaceWith(drawn);
    brush(drawn);
  }, 400);
  form.addEventListener("change", change);
}

function copying(snippet) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(snippet.textContent);
    button.textContent = "Copied";
  });
  snippet.after(button);
}

document.querySelectorAll("input[data-suggest]").forEach(suggest);
document.querySelectorAll("figure[data-brush]").forEach(brush);
document.querySelectorAll("form[data-picture]").forEach(redraw);
if (navigator.clipboard) document.querySelectorAll("pre.snippet").forEach(copying);
