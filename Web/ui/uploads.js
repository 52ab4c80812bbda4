// The upload list: a few files at a time, each with its progress and what came of it.

import { upload } from "./api.js";
import { byId, make, readableBytes } from "./dom.js";

const atOnce = 3;
const waiting = [];
let running = 0;
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
    const state = make("span", { className: "faint" }, "waiting");
    const bar = make("progress", { max: 1, value: 0, ariaLabel: `Upload of ${file.name}` });
    const name = make("span", { className: "name", title: file.name }, `${file.name} · ${readableBytes(file.size)}`);
    const row = make("li", {}, name, state, bar);
    byId("upload-list").append(row);
    waiting.push({ file, row, state, bar });
  }
  byId("uploads").hidden = byId("upload-list").children.length === 0;
  startNext();
}

function startNext() {
  while (running < atOnce && waiting.length > 0) {
    running += 1;
    run(waiting.shift()).finally(() => {
      running -= 1;
      startNext();
    });
  }
}

async function run({ file, row, state, bar }) {
  state.textContent = "uploading";
  try {
    const image = await upload(file, (share) => {
      bar.value = share;
      if (share === 1) state.textContent = "checking";
    });
    state.textContent = image.isNew ? "stored" : "was here already";
    state.className = "state completed";
    onTaken(image);
  } catch (problem) {
    state.textContent = problem.message;
    state.className = "state failed";
  }
  bar.remove();
  row.dataset.finished = "yes";
}

function clearFinished() {
  for (const row of [...byId("upload-list").children]) if (row.dataset.finished) row.remove();
  byId("uploads").hidden = byId("upload-list").children.length === 0;
}
