// Keeps the progress of a job fresh; without this file the page reloads itself.
const place = document.getElementById("job");
const EVERY = 1500;

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { "X-Fragment": "job" } });
    const text = await answer.text();
    if (answer.ok && !answer.redirected && text !== place.innerHTML) {
      place.innerHTML = text;
      if (!place.querySelector("[data-live='1']")) return location.reload();
    }
  } catch {
    // the next round tries again
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
