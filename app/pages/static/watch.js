// While `parley serve --watch` runs: shows what it says of the files, and loads the page again once they are loaded.
const box = document.createElement("pre");
box.className = "watch";
box.setAttribute("role", "status");
box.hidden = true;
document.body.prepend(box);
let known = null;

async function look() {
  try {
    const found = await (await fetch("/watch", { cache: "no-store" })).json();
    if (known !== null && found.digest !== known) location.reload();
    known = found.digest;
    box.textContent = found.report;
    box.hidden = !found.report;
  } catch {
    box.textContent = "The server does not answer.";
    box.hidden = false;
  }
  setTimeout(look, 1000);
}

look();
