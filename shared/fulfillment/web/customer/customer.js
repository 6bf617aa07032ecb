// Keeps the page as the server says it is, and sends what the customer presses. The server writes all markup: a new
// state is a new <main>, read by the browser's own parser, so nothing here ever turns text into markup.
"use strict";

const EVERY_MS = 15000; // as often as anybody looks again; the server is asked only while the page is seen
const PATIENCE_MS = 20000; // longer than the API's own limit
const here = location.pathname;
const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const language = () => `?lang=${document.documentElement.lang}`;
let busy = false;

// For those who listen; what did not go as it was pressed, for everybody.
function say(text, seen = false) {
  $("news").textContent = text;
  $("news").classList.toggle("hidden", !seen);
}

function timed() {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  return [control.signal, () => clearTimeout(timer)];
}

async function ask(path, options = {}) {
  const [signal, done] = timed();
  try {
    return await fetch(here + path, { cache: "no-store", credentials: "omit", signal, ...options });
  } finally {
    done();
  }
}

// XMLHttpRequest parses into a document that runs no script and needs no Trusted Type.
function pageNow() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", here + language());
    request.responseType = "document";
    request.timeout = PATIENCE_MS;
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(request.status)));
    request.onerror = request.ontimeout = () => reject(new Error("no answer"));
    request.send();
  });
}

function isTyping() {
  const form = $("address");
  return form !== null && Array.from(form.elements).some((field) => field.value !== "");
}

async function show() {
  const next = (await pageNow()).getElementById("main");
  const old = $("main");
  const inside = old.contains(document.activeElement);
  const focused = inside ? document.activeElement.id : "";
  old.replaceWith(document.adoptNode(next));
  if (inside) ((focused && $(focused)) || $("main")).focus({ preventScroll: true });
  if (next.dataset.status !== old.dataset.status) {
    say(fill(words.changed, { headline: $("status").textContent }));
  }
}

async function look() {
  const main = $("main");
  if (busy || document.hidden || main.hasAttribute("data-over")) return;
  try {
    const answer = await ask(`/order${language()}`);
    if (!answer.ok) throw new Error(answer.status);
    const order = await answer.json();
    $("offline").hidden = true;
    const { mark, status } = $("main").dataset;
    if (order.status !== status || (order.mark !== mark && !isTyping())) await show();
  } catch {
    $("offline").hidden = false;
  }
}

// The key of what was pressed stays until it is answered, also over a reload: pressed again, it is done once.
function keyOf(name) {
  const kept = sessionStorage.getItem(name);
  if (kept) return kept;
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(name, fresh);
  return fresh;
}

async function send(path, body) {
  if (busy) return;
  busy = true;
  const text = JSON.stringify(body);
  const name = `${here}/${path}|${text}`;
  const buttons = document.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  say(words.sending);
  try {
    const answer = await ask(`/${path}`, {
      method: "POST",
      body: text,
      headers: { "Content-Type": "application/json", "Idempotency-Key": keyOf(name) },
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
    sessionStorage.removeItem(name);
    if (answer.status === 422) return point(await answer.json());
    await show();
    if (!answer.ok && path === "choice" && $("choices")) say(words.gone, true);
  } catch {
    say(words.failed, true);
  } finally {
    busy = false;
    document.querySelectorAll("button").forEach((button) => (button.disabled = false));
  }
}

// At the fields that the server names.
function point(problem) {
  say(words.check_field);
  const faulty = (problem.errors || []).map((error) => error.field.replace(/^ship_to\./, ""));
  for (const field of $("address")?.querySelectorAll("input") ?? []) {
    const wrong = faulty.includes(field.name);
    field.toggleAttribute("aria-invalid", wrong);
    if (wrong) field.setAttribute("aria-invalid", "true");
    $(`${field.id}-fault`).textContent = wrong ? words.check_field : "";
  }
  const first = document.querySelector("[aria-invalid]");
  if (first) {
    first.closest("details").open = true;
    first.focus();
  }
}

async function share(button) {
  const told = { text: button.dataset.share, url: location.origin + here };
  if (navigator.share) {
    try {
      await navigator.share(told);
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  const note = $("shared");
  note.hidden = false;
  try {
    await navigator.clipboard.writeText(`${told.text}\n${told.url}`);
    note.textContent = words.copied;
  } catch {
    note.textContent = `${words.copy_this} ${told.url}`;
  }
  say(note.textContent);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "share") share(button);
  else if (button.dataset.post) send(button.dataset.post, JSON.parse(button.dataset.body || "{}"));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = Array.from(new FormData(event.target), ([name, value]) => [name, value.trim()]);
  const given = Object.fromEntries(fields.filter(([, value]) => value !== ""));
  send(event.target.dataset.post, { choice: "delivery", ship_to: given });
});

document.addEventListener("visibilitychange", look);
addEventListener("online", look);
setInterval(look, EVERY_MS);
