// One picture: a look at it, what is known of it, and the links to all that was made of it.

import { deleteImage, imageDetails, imageStatus, local, reprocessImage } from "./api.js";
import { byId, make, readableBytes, readableTime, say, stateMark } from "./dom.js";

let openID = null;
let onDeleted = () => {};

export function startDetails(deleted) {
  onDeleted = deleted;
  const dialog = byId("details");
  byId("close-details").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { openID = null; });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

export async function open(id) {
  openID = id;
  byId("details-body").replaceChildren(make("p", { className: "faint" }, "Loading …"));
  if (!byId("details").open) byId("details").showModal();
  await show(id);
}

/** Draws again when an event concerns the picture that is open. */
export function apply(type, data) {
  if (data.imageId !== openID || openID === null) return;
  if (type === "image-deleted") byId("details").close();
  else if (type !== "job-progress") show(openID);
}

async function show(id) {
  try {
    const image = await imageDetails(id);
    // The details do not say why a picture failed.
    if (image.status === "failed") image.error = (await imageStatus(id)).error;
    if (openID === id) draw(image);
  } catch (problem) {
    if (openID === id) byId("details-body").replaceChildren(make("p", { className: "message" }, problem.message));
  }
}

function draw(image) {
  byId("details-title").textContent = image.originalFilename || "Picture";
  const variants = image.variants ?? [];
  const best = variants.find((v) => v.variantType === "medium" && v.format === "webp") ?? variants[0];
  const preview = best
    ? make("img", { className: "preview", src: local(best.url), alt: image.originalFilename || "The picture" })
    : null;
  byId("details-body").replaceChildren(...[preview, facts(image), table(image, variants), actions(image)].filter(Boolean));
}

function facts(image) {
  const list = make("dl");
  const fact = (name, ...value) => list.append(make("dt", {}, name), make("dd", {}, ...value));
  fact("State", stateMark(image.status));
  if (image.error) fact("Reason", image.error.message ?? String(image.error));
  fact("Size", `${image.width} × ${image.height}, ${readableBytes(image.fileSize)}`);
  fact("Type", image.mediaType);
  fact("Uploaded", readableTime(image.uploadedAt));
  const camera = [image.metadata?.exif?.make, image.metadata?.exif?.model].filter(Boolean).join(" ");
  if (camera) fact("Camera", camera);
  if (image.metadata?.exif?.takenAt) fact("Taken", readableTime(image.metadata.exif.takenAt));
  fact("SHA-256", make("code", {}, image.sha256));
  fact("Id", make("code", {}, image.imageId));
  return list;
}

function table(image, variants) {
  const head = make("tr", {},
    make("th", { scope: "col" }, "Variant"), make("th", { scope: "col" }, "Format"),
    make("th", { scope: "col", className: "number" }, "Pixels"), make("th", { scope: "col", className: "number" }, "Bytes"));
  const original = { variantType: "original", format: image.mediaType.split("/")[1], width: image.width, height: image.height, fileSize: image.fileSize, url: image.url };
  const rows = [original, ...variants].map((variant) =>
    make("tr", {},
      make("td", {}, make("a", { href: local(variant.url), target: "_blank", rel: "noopener" }, variant.variantType)),
      make("td", {}, variant.format),
      make("td", { className: "number" }, `${variant.width} × ${variant.height}`),
      make("td", { className: "number" }, readableBytes(variant.fileSize))));
  const none = image.status === "failed" ? "No variants could be made." : "Variants are being made.";
  const note = variants.length === 0 ? make("p", { className: "faint" }, none) : null;
  return make("div", {}, make("h3", {}, "Variants"),
    make("p", { className: "faint scroll-hint" }, "Swipe the table sideways to see all of it."),
    make("div", { className: "table", tabIndex: 0, role: "region", ariaLabel: "Variants, a table that scrolls" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))), note);
}

function actions(image) {
  const again = make("button", { type: "button", className: "quiet" }, "Make variants again");
  again.addEventListener("click", () => run(again, () => reprocessImage(image.imageId)));
  const remove = make("button", { type: "button", className: "danger" }, "Delete");
  remove.addEventListener("click", () => askToDelete(remove, image));
  return make("div", { className: "actions" }, again, remove);
}

/** The first press asks, the second deletes; leaving the button takes the question back. */
function askToDelete(button, image) {
  if (!button.dataset.asked) {
    button.dataset.asked = "yes";
    button.textContent = "Press again to delete for good";
    button.addEventListener("blur", () => {
      delete button.dataset.asked;
      button.textContent = "Delete";
    }, { once: true });
    return;
  }
  run(button, async () => {
    await deleteImage(image.imageId);
    byId("details").close();
    onDeleted(image.imageId);
  });
}

async function run(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (problem) {
    byId("details").close();
    say(problem.message);
  } finally {
    button.disabled = false;
  }
}
