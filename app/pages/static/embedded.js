// Tells the page around an embedded one how high it is: our script there, or that of WordPress,
// which gives a secret in the address and opens links of this service itself.
if (parent !== window) {
  const secret = new URLSearchParams(location.hash.replace(/^#\??/, "")).get("secret");
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    parent.postMessage({ parleyHeight: height }, "*");
    if (secret) parent.postMessage({ message: "height", value: height, secret }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  tell();
  if (secret) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.origin !== new URL(location.href).origin) return;
      event.preventDefault();
      parent.postMessage({ message: "link", value: link.href, secret }, "*");
    });
  }
}
