// Put into a page of another origin, it shows a page of the record there:
//   <parley-embed src="https://…/embed/quotes/…" theme="dark"><a href="…">See it</a></parley-embed>
//   <script async src="https://…/embed.js"></script>
// What stands in the element is shown where the script does not run. An older form works as well:
//   <script async src="https://…/embed.js" data-show="/timeline?actor=…" data-theme="dark"></script>
(function () {
  "use strict";
  const script = document.currentScript;
  const home = new URL(script.src);

  class ParleyEmbed extends HTMLElement {
    static observedAttributes = ["src", "theme", "title"];

    constructor() {
      super();
      this.frame = document.createElement("iframe");
      this.frame.loading = "lazy";
      this.frame.sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox";
      this.frame.style.cssText = "display:block;width:100%;height:30rem;border:0";
      this.attachShadow({ mode: "open" }).append(this.frame);
      this.heard = (message) => this.hear(message);
    }

    connectedCallback() {
      this.style.display = "block";
      addEventListener("message", this.heard);
      this.show();
    }

    disconnectedCallback() {
      removeEventListener("message", this.heard);
    }

    attributeChangedCallback() {
      if (this.isConnected) this.show();
    }

    show() {
      const shown = new URL(this.getAttribute("src") || "", home);
      if (shown.origin !== home.origin) return;
      if (this.hasAttribute("theme")) shown.searchParams.set("theme", this.getAttribute("theme"));
      this.frame.title = this.title || this.textContent.trim() || "From a record";
      if (this.frame.src !== shown.href) this.frame.src = shown.href;
    }

    hear({ source, origin, data }) {
      // A frame in a sandbox has an origin of its own, which is written "null".
      if (source !== this.frame.contentWindow || origin !== "null") return;
      const height = data && data.parleyHeight;
      if (Number.isFinite(height)) this.frame.style.height = Math.min(height, 20000) + "px";
    }
  }

  if (!customElements.get("parley-embed")) customElements.define("parley-embed", ParleyEmbed);
  if (script.dataset.show) {
    const element = document.createElement("parley-embed");
    element.setAttribute("src", "embed/" + script.dataset.show.replace(/^\//, ""));
    if (script.dataset.theme) element.setAttribute("theme", script.dataset.theme);
    if (script.dataset.title) element.title = script.dataset.title;
    script.after(element);
  }
})();
