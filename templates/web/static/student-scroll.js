/* What is wider than the screen scrolls in a box of its own; by keyboard only if it can be
   reached, which is of use only where there is something to scroll. */

const BOXES = ".scroll, .display, .prompt";

function reachable() {
  for (const box of document.querySelectorAll(BOXES)) {
    const wide = box.scrollWidth > box.clientWidth && !box.querySelector("input, button, a");
    if (wide && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "scrolls sideways");
    } else if (!wide && box.hasAttribute("tabindex")) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
}

new ResizeObserver(reachable).observe(document.body);
