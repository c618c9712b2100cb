// Shows /api/v1/status once a second. Every text goes in as text, never as markup.
"use strict";

const byId = (id) => document.getElementById(id);
const KEY = "earshot-admin-token";
const PERIOD_MS = 1000;
let paused = false;
let failures = 0;

function put(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function cell(row, text, { head = false, number = false, kind = "" } = {}) {
  const element = document.createElement(head ? "th" : "td");
  if (head) element.scope = "row";
  if (number) element.classList.add("number");
  if (kind) element.classList.add(kind);
  element.textContent = text;
  row.append(element);
}

function rows(id, items, fill) {
  const body = byId(id);
  const made = items.map((item) => {
    const row = document.createElement("tr");
    fill(row, item);
    return row;
  });
  body.replaceChildren(...made);
}

const ms = (microseconds) => (microseconds / 1000).toFixed(2);

function listenerRow(row, listener) {
  const step = !listener.connected ? ["gone", "bad"] : listener.in_step ? ["yes", "good"] : ["no", "bad"];
  cell(row, listener.name || listener.badge, { head: true });
  cell(row, listener.perspective);
  cell(row, step[0], { kind: step[1] });
  const known = listener.reported;
  cell(row, known ? ms(listener.error_p99_us) : "–", { number: true });
  cell(row, known ? ms(listener.fit_bound_us) : "–", { number: true });
  cell(row, known ? listener.buffer_ms.toFixed(0) : "–", { number: true });
  cell(row, known ? String(listener.late) : "–", { number: true });
  cell(row, known ? String(listener.lost) : "–", { number: true });
}

function show(status) {
  put("title", status.title || "Earshot");
  document.title = `${status.title || "Earshot"}: status`;
  put("rights", status.rights || "");
  put("phase", status.panic ? `${status.phase}, PANIC` : status.phase);
  put("programme", status.programme);
  put("listeners", String(status.listeners_connected));
  const atRisk = status.listeners_at_risk ? `, ${status.listeners_at_risk} at risk` : "";
  put("in-step", `${status.listeners_in_step} of ${status.listeners_connected}${atRisk}`);
  put("lead", `${status.lead_ms} ms`);
  put("source", status.source.description + (status.source.stalled ? ", delivers nothing" : ""));
  rows("streams", status.streams, (row, stream) => {
    cell(row, stream.title || stream.perspective, { head: true });
    cell(row, stream.label || stream.state || "–");
    cell(row, String(stream.listeners), { number: true });
  });
  rows("room", status.listeners, listenerRow);
}

function askForToken(wrong) {
  sessionStorage.removeItem(KEY);
  byId("content").hidden = true;
  byId("key").hidden = false;
  put("notice", wrong ? "That is not this server's admin token."
    : "The server is running. Its status is for the operator: open this page on the server itself "
      + "(http://localhost), or give the admin token.");
}

async function refresh() {
  const token = sessionStorage.getItem(KEY);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const answer = await fetch("/api/v1/status", { headers, cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) {
      askForToken(token !== null);
      return false;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.json());
    failures = 0;
    byId("key").hidden = true;
    byId("content").hidden = false;
    put("notice", paused ? "Updates are paused." : "");
  } catch {
    failures += 1;
    put("notice", "The server does not answer; trying again. What is shown is the last that it said.");
  }
  return true;
}

async function run() {
  for (;;) {
    if (!paused && !document.hidden && !await refresh()) return;
    await new Promise((done) => { setTimeout(done, PERIOD_MS * Math.min(1 + failures, 5)); });
  }
}

byId("key").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = byId("token").value.trim();
  byId("token").value = "";
  if (token === "") return;
  sessionStorage.setItem(KEY, token);
  run();
});

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", String(paused));
  put("notice", paused ? "Updates are paused." : "");
});

run();
