// The grid of pictures, kept true by the event stream.

import { imageStatus, listImages, local } from "./api.js";
import { byId, make, say, stateMark } from "./dom.js";

/** What is known of each picture shown, by its id. */
const shown = new Map();
let next = null;
let onOpen = () => {};

export function startGallery(open) {
  onOpen = open;
  byId("more").addEventListener("click", () => load(next));
}

/** Starts over with the newest pictures. */
export async function reload() {
  shown.clear();
  byId("pictures").replaceChildren();
  await load(null);
}

async function load(cursor) {
  const more = byId("more");
  more.disabled = true;
  try {
    const page = await listImages(cursor);
    for (const image of page.images) if (!shown.has(image.imageId)) put(image, "append");
    next = page.next;
    more.hidden = !next;
  } catch (problem) {
    say(problem.message);
  } finally {
    more.disabled = false;
    tell();
  }
}

function tell() {
  byId("empty").hidden = shown.size > 0;
  byId("count").textContent = shown.size === 0 ? "" : `${shown.size}${next ? "+" : ""} shown`;
}

function put(image, where) {
  const frame = make("span", { className: "frame" });
  const state = make("span");
  const caption = make("span", { className: "caption" }, state);
  const button = make("button", { type: "button" }, frame, caption);
  button.addEventListener("click", () => onOpen(image.imageId));
  const item = make("li", {}, button);
  const entry = { image, item, button, frame, state, progress: 0, asked: false };
  shown.set(image.imageId, entry);
  byId("pictures")[where](item);
  draw(entry);
}

function draw(entry) {
  const { image } = entry;
  entry.state.replaceChildren(stateMark(image.status, entry.progress));
  entry.button.setAttribute("aria-label", `Picture ${image.width} by ${image.height}, ${entry.state.textContent}`);
  const isThere = image.status === "completed" || entry.hasThumbnail;
  if (!isThere || !image.thumbnailUrl) {
    entry.frame.textContent = image.status === "failed" ? "no preview" : "…";
    return;
  }
  const source = local(image.thumbnailUrl);
  if (entry.frame.firstChild?.src === source) return;
  const picture = make("img", { src: source, alt: "", loading: "lazy", width: 150, height: 150 });
  // Asked too early, perhaps: the next event brings another try.
  picture.addEventListener("error", () => { if (picture.isConnected) entry.frame.textContent = "…"; });
  entry.frame.replaceChildren(picture);
}

/** A picture that was just uploaded, perhaps one that is there already. */
export function add(image) {
  const known = shown.get(image.imageId);
  if (known) {
    byId("pictures").prepend(known.item);
    known.image = { ...known.image, ...image };
    draw(known);
  } else {
    put(image, "prepend");
  }
  tell();
}

/** One event of the stream. */
export function apply(type, data) {
  const id = data.imageId;
  if (type === "image-deleted") return remove(id);
  const entry = shown.get(id);
  if (type === "image-created" && !entry) return void ask(id);
  if (!entry) return;
  // The thumbnail is stored first, long before the picture is ready.
  if (type === "image-updated") entry.hasThumbnail = true;
  if (type === "job-progress") {
    entry.progress = data.progress;
    if (entry.image.status === "pending") entry.image.status = "processing";
    draw(entry);
  } else {
    refresh(entry);
  }
}

/** A new picture of somebody else: the list knows what it looks like. */
async function ask(id) {
  try {
    const page = await listImages(null);
    const image = page.images.find((candidate) => candidate.imageId === id);
    if (image && !shown.has(id)) put(image, "prepend");
    tell();
  } catch {
    // The next event or the next page brings it.
  }
}

/** Asks for the status, once for all the events that arrive meanwhile. */
async function refresh(entry) {
  if (entry.asked) {
    entry.again = true;
    return;
  }
  entry.asked = true;
  try {
    const answer = await imageStatus(entry.image.imageId);
    entry.image.status = answer.status;
    draw(entry);
  } catch (problem) {
    if (problem.status === 404) remove(entry.image.imageId);
  } finally {
    entry.asked = false;
    if (entry.again) {
      entry.again = false;
      refresh(entry);
    }
  }
}

export function remove(id) {
  const entry = shown.get(id);
  if (!entry) return;
  const neighbour = entry.item.nextElementSibling ?? entry.item.previousElementSibling;
  const hadFocus = entry.item.contains(document.activeElement);
  entry.item.remove();
  shown.delete(id);
  if (hadFocus) neighbour?.querySelector("button")?.focus();
  tell();
}
