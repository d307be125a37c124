// Tells the page around an embedded one how high it is.
if (parent !== window) {
  const tell = () =>
    parent.postMessage({ parleyHeight: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  tell();
}
