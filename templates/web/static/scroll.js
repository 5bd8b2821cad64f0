// Boxes that scroll sideways can be reached by keyboard, as long as there is something to scroll.
const BOXES = ".scroll, .display, .items, .fence, .prompt";
const NAMES = { tabindex: "0", role: "group", "aria-label": "wide part of the page" };
const ours = new WeakMap(); // box -> the names that we have set
const seen = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));

function reach(box) {
  const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1;
  const inside = box.querySelector("input, button, a"); // reached by what is in it
  if (scrolls && !inside && !box.hasAttribute("tabindex")) {
    const names = box.matches("label") ? ["tabindex"] : Object.keys(NAMES); // a label has its role
    const missing = names.filter((name) => !box.hasAttribute(name));
    for (const name of missing) box.setAttribute(name, NAMES[name]);
    ours.set(box, missing);
  } else if (!scrolls && ours.has(box)) {
    for (const name of ours.get(box)) box.removeAttribute(name);
    ours.delete(box);
  }
}

function watch() {
  for (const box of document.querySelectorAll(BOXES)) seen.observe(box);
}

new MutationObserver(watch).observe(document.getElementById("main"), { childList: true, subtree: true });
watch();
