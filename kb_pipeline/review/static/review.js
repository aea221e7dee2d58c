// Keys, checks as one types, and drafts that survive a reload. The page works without it.
"use strict";

document.documentElement.classList.add("js");  // panels that are not open need no room: keys and buttons open them

const keysOn = () => localStorage.getItem("kb-keys") !== "off";
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function openPanel(id) {
  const panel = document.getElementById(id);
  document.querySelectorAll("details.panel[open]").forEach((other) => { if (other !== panel) other.open = false; });
  panel.open = true;
  panel.scrollIntoView({ block: "center" });
  (panel.querySelector("textarea[name=answer]") || panel.querySelector("select, input:not([type=hidden]), textarea")).focus();
}

function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next) next.focus();
}

// The key's Latin letter, whatever the keyboard's layout: on a Thai one the key of `a` writes `ฟ`.
function letterOf(event) {
  if (event.key.length === 1 && event.key.charCodeAt(0) < 128) return event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
}

function press(key) {
  const isShown = (element) => element.getClientRects().length > 0;  // while a panel is open, its key `a` is the only one
  const target = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key && isShown(element));
  if (key === "?") document.getElementById("keys")?.showModal();
  else if (!target && (key === "j" || key === "k")) moveRow(key === "j" ? 1 : -1);
  else if (!target) return false;
  else if (target.matches("input")) target.focus();
  else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || !keysOn()) return;
  if (press(letterOf(event))) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-panel]");
  if (link) {
    event.preventDefault();
    openPanel(link.dataset.panel);
  }
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
});

for (const select of document.querySelectorAll("[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {  // a second press decides nothing twice
    if (form.dataset.sent) event.preventDefault();
    else if (event.submitter?.dataset.checkNow === undefined && form.method === "post") form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

const toggle = document.getElementById("keys-on");
if (toggle) {
  toggle.checked = keysOn();
  toggle.addEventListener("change", () => localStorage.setItem("kb-keys", toggle.checked ? "on" : "off"));
}

// A text of one's own is not left behind by a slip: the browser asks first.
const own = document.querySelector("form[data-ask-first]");
if (own) {
  addEventListener("beforeunload", (event) => {
    const isTyped = [...own.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
    if (isTyped && !own.dataset.sent) event.preventDefault();
  });
}

// What is typed into the panels of a card is kept by the change's id and version until it is discarded, or taken by the server.
const SENT = "kb-sent";
const sent = sessionStorage.getItem(SENT);
sessionStorage.removeItem(SENT);
if (sent && document.querySelector(".flash")) sessionStorage.removeItem(sent);

const card = document.querySelector("[data-change]");
if (card) keepTyping(card);

function keepTyping(card) {
  const prefix = `kb-draft-${card.dataset.change}.`;
  const draft = prefix + card.dataset.version;
  const fields = [...card.querySelectorAll("details.panel :is(textarea, select)")];
  const edit = card.querySelector("form[data-check]");
  const undo = document.getElementById("undo");
  const rest = (field) => field.dataset.rest ?? "";  // as it is when nobody typed
  const typedIn = (some) => Object.fromEntries(some.filter((f) => f.value !== rest(f)).map((f) => [f.id, f.value]));
  let timer, latest = 0, discarded = {};

  async function check() {
    const turn = ++latest;
    const answer = await fetch(edit.dataset.check, {
      method: "POST", body: new URLSearchParams(new FormData(edit)), headers: { "X-Part": "checked" },
    });
    if (answer.ok && turn === latest) document.getElementById("checked").innerHTML = await answer.text();
  }

  function keep() {
    if (!fields.length) return;  // nothing to decide: what was typed before stays
    const typed = typedIn(fields);
    if (Object.keys(typed).length) sessionStorage.setItem(draft, JSON.stringify(typed));
    else sessionStorage.removeItem(draft);
  }

  function changed(field) {
    keep();
    if (!("rest" in field.dataset)) return;
    clearTimeout(timer);
    timer = setTimeout(check, 350);
  }

  function put(typed) {
    const known = fields.filter((field) => field.id in typed);
    for (const field of known) field.value = typed[field.id];
    if (known.length) known[0].closest("details").open = true;
    keep();
    if (known.some((field) => "rest" in field.dataset)) check();
  }

  function show(typed) {
    put(typed);
    const panel = card.querySelector("details.panel[open]");
    if (panel) openPanel(panel.id);
  }

  function offerUndo(typed) {
    discarded = typed;
    undo.hidden = Object.keys(typed).length === 0;
    if (!undo.hidden) undo.querySelector("button").focus({ preventScroll: true });
  }

  function discard(panel) {
    const own = fields.filter((field) => panel.contains(field));
    const typed = typedIn(own);
    for (const field of own) field.value = rest(field);
    panel.querySelectorAll("[type=checkbox]").forEach((box) => { box.checked = false; });
    panel.open = false;
    if (panel.contains(edit)) check();
    put(typedIn(fields));  // another panel may hold typing
    offerUndo(typed);
  }

  function offerKept() {
    const older = Object.keys(sessionStorage).filter((key) => key.startsWith(prefix) && key !== draft);
    if (!older.length) return;
    const key = older.sort((one, other) => other.length - one.length || (one < other ? 1 : -1))[0];
    const typed = JSON.parse(sessionStorage.getItem(key));
    const box = document.getElementById("kept");
    const drop = () => { older.forEach((each) => sessionStorage.removeItem(each)); box.hidden = true; };
    box.querySelector(".text").textContent = typed["edit-answer"] ?? Object.values(typed).join("\n");
    box.querySelector("[data-take-kept]")?.addEventListener("click", () => { drop(); show(typed); });
    box.querySelector("[data-drop-kept]").addEventListener("click", drop);
    box.hidden = false;
  }

  if (card.querySelector("details.panel[open]")) keep();
  else put(JSON.parse(sessionStorage.getItem(draft) ?? "{}"));
  offerKept();
  fields.forEach((field) => field.addEventListener("input", () => changed(field)));
  card.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.checkNow === undefined) return sessionStorage.setItem(SENT, draft);
    event.preventDefault();
    check();
  });
  card.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-discard]") || at("[data-take]")) event.preventDefault();
    if (at("[data-discard]")) discard(at("details"));
    else if (at("[data-undo]")) { undo.hidden = true; show(discarded); }
    else if (at("[data-take]")) {
      const typed = typedIn(fields);
      show(JSON.parse(at("[data-take]").dataset.take));
      offerUndo(typed);
    } else if (at(".fix")) fix(at(".fix").dataset);
  });

  function fix({ part, phrasing, start, end, fix: words }) {
    const mend = (text) => {
      const letters = Array.from(text);  // offsets count characters, not UTF-16 units
      letters.splice(start, end - start, words);
      return letters.join("");
    };
    const field = edit.elements[phrasing === undefined ? part : "phrasings"];
    if (phrasing === undefined) field.value = mend(field.value);
    else {
      const lines = field.value.split("\n").map((line) => line.trim()).filter((line) => line);  // as the checks saw them
      lines[phrasing] = mend(lines[phrasing]);
      field.value = lines.join("\n");
    }
    changed(field);
  }
}

if (document.querySelector("[data-building]")) setTimeout(() => location.reload(), 3000);
