/* The worksheet: every change is kept in this browser until the server has confirmed it, saved
   some seconds after typing, and read back beside its field. */

import { ask, enterMoves, fieldsOf, made, say, tell } from "./student-form.js";

const SAVE_AFTER = 1500, READ_AFTER = 350, LONGEST_PAUSE = 30000;
const form = document.getElementById("worksheet");
const fields = fieldsOf(form);
const byName = Object.fromEntries(fields.map(field => [field.name, field]));
const box = `bpgrade:${form.dataset.task}`;
const status = document.getElementById("saved");
const isOpen = form.dataset.open !== undefined;

/* name -> what the server is known to hold */
const known = Object.fromEntries(fields.map(field => [field.name, field.defaultValue]));
/* name -> {text, base, at}: typed and not confirmed yet */
let waiting = remembered();
let saving = false, timer = 0, failures = 0;

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(box)) ?? {};
    return Object.fromEntries(Object.entries(found).filter(([name]) => name in byName));
  } catch {
    return {};
  }
}

function remember() {
  try {
    if (Object.keys(waiting).length) localStorage.setItem(box, JSON.stringify(waiting));
    else localStorage.removeItem(box);
  } catch { /* private windows may refuse; the server still gets it */ }
}

function changed(field) {
  const base = waiting[field.name]?.base ?? known[field.name];
  waiting[field.name] = { text: field.value, base, at: Date.now() };
  remember();
  count();
  shown("not saved yet");
  later(SAVE_AFTER);
  readLater(field.name);
}

function count() {
  const filled = fields.filter(field => field.value.trim()).length;
  document.getElementById("progress").value = filled;
  document.getElementById("filled").textContent = `${filled} of ${fields.length} filled`;
}

function shown(words, failing = false) {
  status.textContent = words;
  status.classList.toggle("failing", failing);
}

// saving -------------------------------------------------------------------------------------

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

async function save() {
  if (saving || !isOpen || !Object.keys(waiting).length) return;
  saving = true;
  const sent = waiting, now = Date.now();
  const change = ([name, one]) => [name, { text: one.text, base: one.base, age: now - one.at }];
  try {
    const kept = await ask(form, form.dataset.draft, { fields: Object.fromEntries(Object.entries(sent).map(change)) });
    failures = 0;
    confirmed(sent, kept);
  } catch (error) {
    failed(error.status);
  } finally {
    saving = false;
  }
}

function confirmed(sent, kept) {
  for (const [name, one] of Object.entries(sent))
    if (waiting[name]?.at === one.at && waiting[name]?.text === one.text) delete waiting[name];
  for (const field of fields) {
    const text = kept.fields[field.name] ?? "";
    const before = known[field.name];
    known[field.name] = text;
    if (field.name in waiting) waiting[field.name].base = text;
    else if (field.value !== text) {
      // what stood here is older than what another tab has saved
      if (field.value) notice(field, "was changed in another tab; here stood ", field.value);
      else if (before !== text) notice(field, "was filled in in another tab.");
      field.value = text;
      readLater(field.name);
    }
  }
  for (const [name, text] of Object.entries(kept.replaced))
    notice(byName[name], "held something else from another tab, older than what stands here: ", text);
  form.elements.base.value = JSON.stringify(known);
  remember();
  count();
  if (Object.keys(waiting).length) later(SAVE_AFTER);
  else shown(`saved ${kept.saved}`);
}

function failed(code) {
  failures += 1;
  if (code === 403) shown("not saved: you are logged out. Log in in another tab; the text stays here", true);
  else if (code === 409) return shown("not saved: nothing is taken any more. The text stays in this browser", true);
  else shown("not saved, trying again; the text is kept in this browser", true);
  later(Math.min(LONGEST_PAUSE, 1000 * 2 ** failures));
}

function notice(field, words, text) {
  const label = made("code", field.dataset.label);
  if (!text) return void tell(label, ` ${words}`);
  const back = made("button", "Put it back", { type: "button", className: "quiet" });
  const place = tell(label, ` ${words}`, made("code", text), back);
  back.addEventListener("click", () => {
    field.value = text;
    changed(field);
    place.remove();
    field.focus();
  });
}

// reading ------------------------------------------------------------------------------------

const unread = new Set();
let reader = 0;

function readLater(name) {
  unread.add(name);
  clearTimeout(reader);
  reader = setTimeout(read, READ_AFTER);
}

async function read() {
  const names = [...unread];
  unread.clear();
  const texts = Object.fromEntries(names.map(name => [name, byName[name].value]));
  try {
    const found = await ask(form, form.dataset.read, { fields: texts });
    for (const [name, said] of Object.entries(found.beside))
      if (byName[name].value === texts[name]) say(byName[name], said);
  } catch { /* the page says it again after saving or handing in */ }
}

// beginning ----------------------------------------------------------------------------------

function begin() {
  for (const [name, one] of Object.entries(waiting)) {
    if (byName[name].value === one.text) delete waiting[name];
    else {
      byName[name].value = one.text;
      readLater(name);
    }
  }
  // a browser that goes back fills the fields in by itself
  for (const field of fields)
    if (field.value !== field.defaultValue && !(field.name in waiting)) changed(field);
  remember();
  count();
  if (Object.keys(waiting).length) later(0);
}

enterMoves(form);
form.addEventListener("input", event => {
  if (event.target.matches("input.entry")) changed(event.target);
});
form.addEventListener("submit", event => {
  // until the next page says that it is stored, all of it stays in this browser
  for (const field of fields)
    if (field.value !== known[field.name] && !(field.name in waiting))
      waiting[field.name] = { text: field.value, base: known[field.name], at: Date.now() };
  remember();
  if (event.submitter?.id === "save" && isOpen) {
    event.preventDefault();
    if (Object.keys(waiting).length) save();
    else shown("saved");
  }
});
addEventListener("online", () => later(0));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
addEventListener("beforeunload", () => { save(); });
if (isOpen) begin();
