// Put into a page of another origin, it shows a question of the record there:
//   <script async src="https://…/embed.js" data-show="/timeline?actor=…" data-theme="dark"></script>
(function () {
  "use strict";
  var script = document.currentScript;
  var origin = new URL(script.src).origin;
  var shown = new URL("/embed/" + (script.dataset.show || "timeline").replace(/^\//, ""), origin);
  if (script.dataset.theme) shown.searchParams.set("theme", script.dataset.theme);
  var frame = document.createElement("iframe");
  frame.src = shown.href;
  frame.title = script.dataset.title || "Entries of a record";
  frame.loading = "lazy";
  frame.style.width = "100%";
  frame.style.border = "0";
  frame.style.height = "30rem";
  script.after(frame);
  addEventListener("message", function (message) {
    var height = message.data && message.data.parleyHeight;
    if (message.source !== frame.contentWindow || message.origin !== origin) return;
    if (Number.isFinite(height)) frame.style.height = Math.min(height, 20000) + "px";
  });
})();
