// Small tools for building the page. Text always goes in as text, never as markup.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children: make("td", { className: "number" }, "12"). */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const units = ["B", "KB", "MB", "GB", "TB"];

/** 6606029 becomes "6.3 MB", in steps of 1,024. */
export function readableBytes(count) {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${count} B` : `${value.toFixed(1)} ${units[unit]}`;
}

export const readableTime = (text) => (text ? new Date(text).toLocaleString() : "");

/** The words for a picture's status. */
export const stateWords = {
  pending: "queued",
  processing: "working",
  completed: "ready",
  failed: "failed",
};

/** A mark whose words say the state too: colour alone would not do. */
export function stateMark(status, progress) {
  const words = stateWords[status] ?? status;
  const share = status === "processing" && progress > 0 ? ` ${progress} %` : "";
  return make("span", { className: `state ${status}` }, words + share);
}

/** Shows a sentence at the top of the page; nothing hides it again. */
export function say(sentence) {
  const place = byId("message");
  place.textContent = sentence ?? "";
  place.hidden = !sentence;
}
