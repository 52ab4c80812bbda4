// The grid of pictures, kept true by the event stream.

import { imageDetails, imageStatus, listImages, local, statusTold } from "./api.js";
import { byId, make, say, stateMark } from "./dom.js";

/** Beyond this many, what is at the end leaves when something new comes; "Show more" brings it back. */
const mostShown = 600;
/** New pictures of others are gathered for this long before anything is asked for. */
const gatheringTime = 400;
/** So many new ones are asked for one by one; more are found in one list. */
const fewNew = 4;

/** What is known of each picture shown, by its id. */
const shown = new Map();
/** Endings of pictures that are not here yet: their event may overtake the answer that brings them. */
const heard = new Map();
/** Ids that others have just uploaded. */
const announced = new Set();
let gathering = null;
let next = null;
/** What was asked for before a new start is of no use after it. */
let generation = 0;
let onOpen = () => {};

export function startGallery(open) {
  onOpen = open;
  byId("more").addEventListener("click", () => load(next));
}

/** Starts over with the newest pictures. */
export async function reload() {
  generation += 1;
  shown.clear();
  announced.clear();
  byId("pictures").replaceChildren();
  await load(null);
}

async function load(cursor) {
  const mine = generation;
  const more = byId("more");
  more.disabled = true;
  try {
    const page = await listImages(cursor);
    if (mine !== generation) return;
    for (const image of page.images) if (!shown.has(image.imageId)) put(image, "append");
    next = page.next;
  } catch (problem) {
    say(problem.message);
  } finally {
    more.disabled = false;
    tell();
  }
}

function tell() {
  byId("more").hidden = !next || shown.size >= mostShown;
  byId("empty").hidden = shown.size > 0;
  byId("count").textContent = shown.size === 0 ? "" : `${shown.size}${next ? "+" : ""} shown`;
}

const nameOf = (image) => image.originalFilename || "Without a name";

function put(image, where) {
  const frame = make("span", { className: "frame" });
  const name = make("span", { className: "name" });
  const state = make("span");
  const caption = make("span", { className: "caption" }, name, state);
  const button = make("button", { type: "button" }, frame, caption);
  button.addEventListener("click", () => onOpen(image.imageId));
  const item = make("li", {}, button);
  const entry = { image: { ...image, ...heard.get(image.imageId) }, item, button, frame, name, state, progress: 0 };
  heard.delete(image.imageId);
  shown.set(image.imageId, entry);
  byId("pictures")[where](item);
  draw(entry);
  if (where === "prepend") trim();
  if (entry.image.status === "failed" && !entry.image.error) askReason(entry);
}

/** Keeps the page light however long it stays open. */
function trim() {
  const list = byId("pictures");
  while (shown.size > mostShown) {
    const last = list.lastElementChild;
    const found = [...shown].find(([, entry]) => entry.item === last);
    if (!found) return;
    shown.delete(found[0]);
    last.remove();
  }
}

function draw(entry) {
  const { image } = entry;
  const reason = image.status === "failed" ? image.error?.message ?? "" : "";
  entry.name.textContent = nameOf(image);
  entry.state.replaceChildren(stateMark(image.status, entry.progress));
  const parts = [nameOf(image), `${image.width} by ${image.height}`, entry.state.textContent, reason];
  entry.button.setAttribute("aria-label", parts.filter(Boolean).join(", "));
  entry.button.title = reason ? `${nameOf(image)}: ${reason}` : nameOf(image);
  const isThere = image.status === "completed" || entry.hasThumbnail;
  if (!isThere || !image.thumbnailUrl) {
    entry.frame.textContent = image.status === "failed" ? reason || "no preview" : "…";
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
  announced.delete(image.imageId);
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
  if (type === "image-created" && !entry) return announce(id);
  const status = statusTold(type, data);
  if (!entry) return status ? listen(id, status, data.error) : undefined;
  // The thumbnail is stored first, long before the picture is ready.
  if (type === "image-updated") entry.hasThumbnail = true;
  // What is ready stays so while it is made again.
  const isEnd = status === "completed" || status === "failed";
  if (status && (isEnd || entry.image.status !== "completed")) {
    Object.assign(entry.image, { status, error: data.error });
    entry.progress = data.progress ?? 0;
  }
  draw(entry);
}

function listen(id, status, error) {
  heard.delete(id);
  if (status !== "completed" && status !== "failed") return;
  heard.set(id, { status, error });
  if (heard.size > 1000) heard.delete(heard.keys().next().value);
}

/** A new picture of somebody else, or our own whose answer is still on its way. */
function announce(id) {
  announced.add(id);
  gathering ??= setTimeout(fetchAnnounced, gatheringTime);
}

async function fetchAnnounced() {
  gathering = null;
  const mine = generation;
  const ids = [...announced].filter((id) => !shown.has(id));
  announced.clear();
  if (ids.length === 0) return;
  const images = ids.length <= fewNew ? await each(ids) : await newest(ids);
  if (mine !== generation) return;
  for (const image of images) if (!shown.has(image.imageId)) put(image, "prepend");
  tell();
}

async function each(ids) {
  const answers = await Promise.allSettled(ids.map((id) => imageDetails(id)));
  // Deleted meanwhile, or out of reach: the next start brings what is there.
  return answers.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
}

/** Oldest first, so that the newest comes to stand in front. */
async function newest(ids) {
  try {
    const page = await listImages(null, Math.min(200, ids.length + 20));
    return page.images.filter((image) => ids.includes(image.imageId)).reverse();
  } catch {
    return [];
  }
}

/** Lists do not say why a picture failed. */
async function askReason(entry) {
  try {
    const answer = await imageStatus(entry.image.imageId);
    Object.assign(entry.image, { status: answer.status, error: answer.error });
    draw(entry);
  } catch (problem) {
    if (problem.status === 404) remove(entry.image.imageId);
  }
}

export function remove(id) {
  announced.delete(id);
  const entry = shown.get(id);
  if (!entry) return;
  const neighbour = entry.item.nextElementSibling ?? entry.item.previousElementSibling;
  const hadFocus = entry.item.contains(document.activeElement);
  entry.item.remove();
  shown.delete(id);
  if (hadFocus) neighbour?.querySelector("button")?.focus();
  tell();
}
