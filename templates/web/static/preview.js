// Draws the preview anew while the choices change; without this file a button does it.
const form = document.getElementById("plan");
const place = document.getElementById("preview");
const WATCHED = new Set(["family", "definition", "file", "layers", "decimals", "significant", "difficulty", "paper"]);
const PAUSE = 700;
let timer = 0;
let latest = 0;

async function draw(action) {
  const number = ++latest;
  const data = new FormData(form);
  data.set("action", action);
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { "X-Fragment": "preview" } });
    const text = await answer.text();
    if (number === latest && answer.ok) place.innerHTML = text;
    const wait = Number(answer.headers.get("Retry-After"));
    if (number === latest && wait) timer = setTimeout(() => draw(action), 1000 * wait);
  } catch {
    if (number === latest) place.textContent = "The server does not answer; press the button to try again.";
  } finally {
    if (number === latest) place.removeAttribute("aria-busy");
  }
}

form.addEventListener("input", (event) => {
  if (!WATCHED.has(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => draw("preview"), PAUSE);
});

form.addEventListener("submit", (event) => {
  const action = event.submitter?.value;
  if (action !== "preview" && action !== "another") return;
  event.preventDefault();
  clearTimeout(timer);
  const variant = form.elements.namedItem("variant");
  if (action === "another") variant.value = String(Number(variant.value) + 1);
  draw("preview");
});

if (!place.querySelector("article, .complaints, .message")) draw("preview");
