// The page: signed out or signed in, and what belongs to each.

import { currentSession, follow, signIn, signOut, whenSignedOut } from "./api.js";
import * as details from "./details.js";
import { byId, say } from "./dom.js";
import * as gallery from "./gallery.js";
import * as uploads from "./uploads.js";

let stopFollowing = () => {};

function showSignIn(sentence) {
  stopFollowing();
  byId("library").hidden = true;
  byId("sign-out").hidden = true;
  byId("connection").hidden = true;
  byId("sign-in").hidden = false;
  say(sentence);
  byId("token").focus();
}

async function showLibrary() {
  say(null);
  byId("sign-in").hidden = true;
  byId("library").hidden = false;
  byId("sign-out").hidden = false;
  // First the stream, then the list: what happens in between is told twice rather than never.
  stopFollowing();
  stopFollowing = follow(
    {
      event: (type, data) => { uploads.apply(type, data); gallery.apply(type, data); details.apply(type, data); },
      resync: () => { uploads.look(); gallery.reload(); },
    },
    (isConnected) => { byId("connection").hidden = isConnected; },
  );
  await gallery.reload();
}

/** A sign-in link carries its one-time code behind `#`. It leaves the address bar before anything else happens. */
async function useLink() {
  const code = location.hash.slice(1);
  if (!location.pathname.endsWith("/sign-in")) return false;
  history.replaceState(null, "", new URL(".", document.baseURI));
  if (!code) return false;
  await signIn({ code });
  return true;
}

async function start() {
  try {
    if ((await useLink()) || (await currentSession())) await showLibrary();
    else showSignIn(null);
  } catch (problem) {
    // A used link is no trouble for somebody who is signed in.
    const session = await currentSession().catch(() => null);
    if (session) await showLibrary();
    else showSignIn(problem.message);
  }
}

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("token");
  try {
    await signIn({ token: field.value.trim() });
    field.value = "";
    await showLibrary();
  } catch (problem) {
    say(problem.message);
    field.select();
  }
});

byId("sign-out").addEventListener("click", async () => {
  try {
    await signOut();
  } catch (problem) {
    if (problem.status !== 401) return say(problem.message);
  }
  showSignIn(null);
});

whenSignedOut((problem) => { if (!byId("library").hidden) showSignIn(problem.message); });
uploads.startUploads(gallery.add);
gallery.startGallery(details.open);
details.startDetails(gallery.remove);
start();
