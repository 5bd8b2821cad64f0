/* Practice: each entry is checked as soon as its field is left. */

import { ask, enterMoves, fieldsOf, say, tell } from "./student-form.js";

const form = document.getElementById("practice");
const fields = fieldsOf(form);
const byName = Object.fromEntries(fields.map(field => [field.name, field]));
const helped = new Set([...form.querySelectorAll("input[name=shown]")].map(one => one.value));
let checked = texts();
let asking = Promise.resolve();

function texts() {
  return Object.fromEntries(fields.filter(field => field.value.trim()).map(field => [field.name, field.value]));
}

async function check() {
  const now = texts();
  if (JSON.stringify(now) === JSON.stringify(checked)) return;
  checked = now;
  try {
    const { beside } = await ask(form, form.dataset.check, { variant: form.dataset.variant, fields: now });
    for (const field of fields)
      if (field.value === (now[field.name] ?? "") && (beside[field.name] || !helped.has(field.name)))
        say(field, beside[field.name] ?? { tone: "", words: "", sign: "" });
    const right = Object.values(beside).filter(one => one.tone === "right").length;
    document.getElementById("progress").value = right;
    document.getElementById("filled").textContent = `${right} of ${fields.length} right`;
  } catch (error) {
    checked = {};
    trouble(error);
  }
}

async function show(name) {
  try {
    const { value } = await ask(form, form.dataset.show, { variant: form.dataset.variant, field: name });
    helped.add(name);
    say(byName[name], { tone: "", sign: "", words: `right value: ${value}` });
    byName[name].focus();
  } catch (error) {
    trouble(error);
  }
}

let told = null;
function trouble(error) {
  told?.remove();
  told = tell(error.status === 429 ? "That was a lot at once. Wait a minute." : "No answer; try again in a moment.");
}

enterMoves(form);
form.addEventListener("focusout", event => {
  if (event.target.matches("input.entry")) asking = asking.then(check);
});
form.addEventListener("submit", event => {
  const button = event.submitter;
  if (button?.name === "show") {
    event.preventDefault();
    show(button.value);
  } else {
    event.preventDefault();
    checked = {};
    asking = asking.then(check);
  }
});
