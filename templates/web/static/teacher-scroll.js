// Boxes that scroll sideways can be reached by keyboard, as long as there is something to scroll.
const seen = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));

function reach(box) {
  const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1;
  if (scrolls && !box.hasAttribute("tabindex")) {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", "wide part of the page");
  }
}

function watch() {
  for (const box of document.querySelectorAll(".scroll, .display, .items, .fence, .prompt")) seen.observe(box);
}

new MutationObserver(watch).observe(document.getElementById("main"), { childList: true, subtree: true });
watch();
