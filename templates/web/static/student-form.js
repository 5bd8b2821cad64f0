/* What the worksheet and practice share: asking the server, moving between fields, saying
   something beside a field. Everything works without it; it only spares presses of buttons. */

export const fieldsOf = form => [...form.querySelectorAll("input.entry")];

/* POST JSON; the answer, or an error whose `status` says what was wrong (0: nobody answered). */
export async function ask(form, address, data) {
  const token = form.elements.csrfmiddlewaretoken.value;
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      redirect: "manual", // to the log-in page: then the session has ended
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(data),
    });
  } catch {
    throw Object.assign(new Error("no answer"), { status: 0 });
  }
  if (!answer.ok) {
    const status = answer.type === "opaqueredirect" ? 403 : answer.status;
    throw Object.assign(new Error("refused"), { status });
  }
  return answer.json();
}

/* Enter goes to the next field, and from the last one to the button behind it. */
export function enterMoves(form) {
  form.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input.entry")) return;
    event.preventDefault();
    const fields = fieldsOf(form);
    const next = fields[fields.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    (next ?? form.querySelector(".ending button") ?? event.target).focus();
    next?.select();
  });
}

/* What the server says of a field: {tone, words, sign}. */
export function say(field, said) {
  const place = document.getElementById(`r-${field.name}`);
  place.className = `beside ${said.tone}`.trim();
  place.replaceChildren();
  if (said.words || said.sign) {
    if (place.dataset.label) place.append(made("code", place.dataset.label), " ");
    if (said.sign) place.append(made("strong", said.sign), " ");
    place.append(said.words);
  }
  if (said.tone === "refused") field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

export function made(tag, text = "", attributes = {}) {
  const found = document.createElement(tag);
  found.textContent = text;
  Object.assign(found, attributes);
  return found;
}

export function tell(...parts) {
  const notice = made("p", "", { className: "message notice" });
  notice.append(...parts);
  document.getElementById("notices").append(notice);
  return notice;
}
