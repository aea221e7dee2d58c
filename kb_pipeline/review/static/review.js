// Keys, checks as one types, and drafts that survive a reload. The page works without it.
"use strict";

document.documentElement.classList.add("js");  // panels that are not open need no room: keys and buttons open them

const keysOn = () => localStorage.getItem("kb-keys") !== "off";
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function openPanel(id) {
  const panel = document.getElementById(id);
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
  const target = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
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

const edit = document.querySelector("form[data-check]");
if (edit) {
  const names = ["question", "answer", "phrasings"];
  const draft = `kb-draft-${edit.dataset.draft}`;
  let timer, latest = 0;

  const check = async () => {
    const turn = ++latest;
    const answer = await fetch(edit.dataset.check, {
      method: "POST", body: new URLSearchParams(new FormData(edit)), headers: { "X-Part": "checked" },
    });
    if (answer.ok && turn === latest) document.getElementById("checked").innerHTML = await answer.text();
  };
  const changed = () => {
    sessionStorage.setItem(draft, JSON.stringify(names.map((name) => edit.elements[name].value)));
    clearTimeout(timer);
    timer = setTimeout(check, 350);
  };

  const kept = sessionStorage.getItem(draft);
  if (kept && !edit.closest("details").open) {
    JSON.parse(kept).forEach((value, n) => { edit.elements[names[n]].value = value; });
    edit.closest("details").open = true;
    check();
  }
  for (const name of names) edit.elements[name].addEventListener("input", changed);
  edit.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.checkNow !== undefined) {
      event.preventDefault();
      check();
    }
  });
  edit.addEventListener("click", (event) => {
    const fix = event.target.closest(".fix");
    if (!fix) return;
    const { part, phrasing, start, end, fix: words } = fix.dataset;
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
    changed();
  });
}

if (document.querySelector("[data-building]")) setTimeout(() => location.reload(), 3000);
