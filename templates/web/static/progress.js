// Keeps the figures of an assignment fresh; without this file reloading does it.
const live = document.getElementById("live");
const EVERY = 5000;

async function refresh() {
  const typed = [...live.querySelectorAll("input")].some((one) => one.value !== one.defaultValue);
  const inUse = typed || live.contains(document.activeElement);
  const begun = Date.now();
  if (!document.hidden && !inUse) {
    try {
      const answer = await fetch(live.dataset.address, { headers: { "X-Fragment": "progress" } });
      const text = await answer.text();
      const fresh = answer.ok && !answer.redirected;
      if (fresh && !live.contains(document.activeElement) && text !== live.innerHTML) live.innerHTML = text;
    } catch {
      // the next round tries again
    }
  }
  setTimeout(refresh, Math.max(EVERY, 10 * (Date.now() - begun))); // a large class takes longer
}

setTimeout(refresh, EVERY);
