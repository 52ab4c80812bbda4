// The server's HTTP interface. Paths are relative, so that the page also works under a path of a proxy.

let csrfToken = null;
let onSignedOut = () => {};

/** A problem that the server described, or a server that could not be reached. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export function whenSignedOut(body) {
  onSignedOut = body;
}

export const base = new URL(".", document.baseURI);
export const address = (path) => new URL(path.replace(/^\//, ""), base).href;

/** Our own address for a URL of an answer: behind a proxy the host may have another name. */
export function local(url) {
  const parsed = new URL(url, document.baseURI);
  const start = parsed.pathname.indexOf("/api/");
  return address(parsed.pathname.slice(start < 0 ? 0 : start) + parsed.search);
}

function problemOf(status, text) {
  try {
    const body = JSON.parse(text);
    const first = body.errors?.[0]?.detail;
    return new Problem(status, body.code ?? "error", first ?? body.detail ?? `The server answered ${status}.`);
  } catch {
    return new Problem(status, "error", `The server answered ${status}.`);
  }
}

export function changeHeaders() {
  return csrfToken ? { "X-CSRF-Token": csrfToken } : {};
}

async function call(method, path, body) {
  const headers = method === "GET" ? {} : changeHeaders();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address(path), {
      method, headers, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, "unreachable", "The server cannot be reached.");
  }
  const text = await response.text();
  if (!response.ok) {
    const problem = problemOf(response.status, text);
    if (response.status === 401 && path !== "api/sign-in") onSignedOut(problem);
    throw problem;
  }
  return text ? JSON.parse(text) : null;
}

function remember(session) {
  csrfToken = session.csrfToken;
  return session;
}

/** The session in force, or null. */
export async function currentSession() {
  const session = remember(await call("GET", "api/session"));
  return session.scope ? session : null;
}

export const signIn = async (proof) => remember(await call("POST", "api/sign-in", proof));

export async function signOut() {
  await call("POST", "api/sign-out");
  csrfToken = null;
}

export const listImages = (cursor, limit = 60) =>
  call("GET", `api/images?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
export const imageDetails = (id) => call("GET", `api/images/${id}`);
export const imageStatus = (id) => call("GET", `api/images/${id}/status`);
export const deleteImage = (id) => call("DELETE", `api/images/${id}`);
export const reprocessImage = (id) => call("POST", `api/images/${id}/reprocess`, {});

/** Uploads one file; XMLHttpRequest, because fetch tells nothing of how far an upload is. */
export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("api/images/upload"));
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new Problem(0, "unreachable", "The connection was lost.")));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) {
        const body = JSON.parse(request.responseText);
        const refused = body.errors?.[0];
        if (body.images.length > 0) resolve(body.images[0]);
        else reject(new Problem(422, refused?.code ?? "error", refused?.detail ?? "The picture was not taken."));
      } else {
        const problem = problemOf(request.status, request.responseText);
        if (request.status === 401) onSignedOut(problem);
        reject(problem);
      }
    });
    const form = new FormData();
    form.append("images", file, file.name);
    request.send(form);
  });
}

const statuses = {
  "job-queued": "pending", "job-active": "processing", "job-progress": "processing",
  "job-completed": "completed", "job-failed": "failed",
};

/** What an event says of its picture's status, or null: the job that makes the variants decides. */
export const statusTold = (type, data) => (data.jobName === "generate-variants" ? statuses[type] ?? null : null);

const eventTypes = [
  "job-queued", "job-active", "job-progress", "job-completed", "job-failed",
  "image-created", "image-updated", "image-deleted",
];

/**
 * Follows the event stream. A connection that breaks off is the browser's to mend; an answer that is no stream ends
 * its tries for good, so then we ask who we are and begin again where we were. Returns a function that ends it.
 */
export function follow(handlers, onConnection) {
  let stream = null;
  let timer = null;
  let last = null;
  let pause = 1000;
  let hasEnded = false;

  function open() {
    stream = new EventSource(address(last === null ? "api/events" : `api/events?after=${last}`));
    stream.addEventListener("open", () => { pause = 1000; onConnection(true); });
    stream.addEventListener("error", () => {
      onConnection(false);
      if (stream.readyState === EventSource.CLOSED) again();
    });
    stream.addEventListener("resync", (event) => { note(event); handlers.resync(); });
    for (const type of eventTypes) {
      stream.addEventListener(type, (event) => { note(event); handlers.event(type, JSON.parse(event.data)); });
    }
  }

  const note = (event) => { if (/^\d+$/.test(event.lastEventId)) last = event.lastEventId; };

  function again() {
    if (hasEnded) return;
    timer = setTimeout(async () => {
      try {
        if (!(await currentSession())) return hasEnded || onSignedOut(new Problem(401, "signed-out", "You are signed out."));
      } catch (problem) {
        // A token that is no longer good has called the sign-in already.
        if (problem.status === 401) return;
        return again();
      }
      if (!hasEnded) open();
    }, pause);
    pause = Math.min(pause * 2, 30000);
  }

  open();
  return () => {
    hasEnded = true;
    clearTimeout(timer);
    stream.close();
  };
}
