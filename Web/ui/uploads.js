// The upload list: a few files at a time, each from waiting to ready. What went wrong stands first; what is ready
// collapses into one line.

import { imageStatus, statusTold, upload } from "./api.js";
import { byId, make, readableBytes, stateMark } from "./dom.js";

const atOnce = 3;
/** More ready rows than this are of no use to anybody. */
const mostFinished = 200;
const waiting = [];
/** Rows of pictures that the server has taken and is working on, by image id; one picture may be several rows. */
const working = new Map();
let running = 0;
let ready = 0;
let onTaken = () => {};

/** Wires the drop zone, the file chooser and pasting. `taken` gets each picture that the server took. */
export function startUploads(taken) {
  onTaken = taken;
  const drop = byId("drop");
  const files = byId("files");
  files.addEventListener("change", () => {
    add(files.files);
    files.value = "";
  });
  // The whole window takes the drop: a picture let go beside the zone must not replace the page.
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.classList.remove("over");
  });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!byId("library").hidden) add(event.dataTransfer?.files ?? []);
  });
  window.addEventListener("paste", (event) => {
    if (!byId("library").hidden) add(event.clipboardData?.files ?? []);
  });
  byId("clear-uploads").addEventListener("click", clearFinished);
}

function add(files) {
  for (const file of files) {
    const state = make("span", { className: "state pending" }, "waiting");
    const bar = make("progress", { max: 1, value: 0, ariaLabel: `Upload of ${file.name}` });
    const name = make("span", { className: "name", title: file.name }, `${file.name} · ${readableBytes(file.size)}`);
    const row = make("li", {}, name, state, bar);
    byId("upload-list").append(row);
    waiting.push({ file, row, state, bar, phase: "waiting" });
  }
  tell();
  startNext();
}

function startNext() {
  while (running < atOnce && waiting.length > 0) {
    running += 1;
    run(waiting.shift()).finally(() => {
      running -= 1;
      startNext();
      tell();
    });
  }
}

async function run(entry) {
  const { file, state, bar } = entry;
  state.textContent = "uploading";
  try {
    const image = await upload(file, (share) => {
      bar.value = share;
      if (share === 1) state.textContent = "checking";
    });
    bar.remove();
    entry.isKnown = !image.isNew;
    onTaken(image);
    await stored(entry, image);
  } catch (problem) {
    bar.remove();
    fail(entry, problem.message);
  }
}

/** The server has the picture; from here on the event stream tells of it. */
async function stored(entry, image) {
  show(entry, image.status);
  if (image.status === "completed") return finish(entry);
  const rows = working.get(image.imageId) ?? [];
  working.set(image.imageId, [...rows, entry]);
  // It may have come to its end between the answer and this line.
  await ask(image.imageId);
}

function show(entry, status, progress) {
  entry.state.replaceChildren(...stateMark(status, progress).childNodes);
  entry.state.className = `state ${status}`;
}

function fail(entry, reason) {
  entry.state.className = "state failed";
  entry.state.textContent = "failed";
  entry.row.append(make("span", { className: "reason" }, reason));
  entry.row.dataset.failed = "yes";
  // Errors first, in the order in which they came.
  const list = byId("upload-list");
  list.insertBefore(entry.row, list.querySelector("li:not([data-failed])"));
  tell();
}

function finish(entry) {
  entry.state.className = "state completed";
  entry.state.textContent = entry.isKnown ? "ready, was here already" : "ready";
  ready += 1;
  const list = byId("finished-list");
  list.prepend(entry.row);
  while (list.children.length > mostFinished) list.lastElementChild.remove();
  tell();
}

/** One event of the stream. */
export function apply(type, data) {
  const rows = working.get(data.imageId);
  if (!rows) return;
  if (type === "image-deleted") return settle(data.imageId, (entry) => fail(entry, "It was deleted meanwhile."));
  const status = statusTold(type, data);
  if (status) take(data.imageId, status, data.error, data.progress);
}

function take(id, status, error, progress) {
  if (status === "completed") settle(id, finish);
  else if (status === "failed") settle(id, (entry) => fail(entry, error?.message ?? "No variants could be made."));
  else (working.get(id) ?? []).forEach((entry) => show(entry, status, progress));
}

/** Asks how far every picture is: events were lost. */
export function look() {
  for (const id of working.keys()) ask(id);
}

async function ask(id) {
  try {
    const answer = await imageStatus(id);
    take(id, answer.status, answer.error);
  } catch (problem) {
    if (problem.status === 404) settle(id, (entry) => fail(entry, "It was deleted meanwhile."));
  }
}

function settle(id, end) {
  const rows = working.get(id) ?? [];
  working.delete(id);
  rows.forEach(end);
}

function tell() {
  const list = byId("upload-list");
  const failed = list.querySelectorAll("li[data-failed]").length;
  const open = list.children.length - failed;
  const parts = [[open, "under way"], [failed, "failed"], [ready, "ready"]].filter(([count]) => count > 0);
  byId("upload-summary").textContent = parts.map(([count, word]) => `${count} ${word}`).join(", ");
  byId("finished-title").textContent = `${ready} ready`;
  byId("finished").hidden = ready === 0;
  byId("uploads").hidden = list.children.length === 0 && ready === 0;
}

function clearFinished() {
  for (const row of [...byId("upload-list").children]) if (row.dataset.failed) row.remove();
  byId("finished-list").replaceChildren();
  ready = 0;
  tell();
}
