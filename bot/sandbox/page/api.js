/**
 * The sandbox's control API: one function a call, plain objects in and out.
 */

/** A refused or failed call; `message` is one sentence for people. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body, { timeoutMs = 60000 } = {}) {
  const options = { method, cache: "no-store" };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  options.signal = AbortSignal.timeout(timeoutMs);
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("The sandbox does not answer.", 0);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(answer?.error ?? `The sandbox answered ${response.status}.`, response.status);
  return answer;
}

/** People, chats, the bot, the time; waits up to `waitS` seconds until the revision is another one than `since`. */
export const getState = (since, waitS) =>
  call("GET", `/sandbox/state?since=${since}&wait=${waitS}`, undefined, { timeoutMs: (waitS + 20) * 1000 });

/** Messages of a chat that changed after revision `since` (-1: all), ids of those deleted, what the bot is doing. */
export const getMessages = (chatId, since) => call("GET", `/sandbox/chats/${chatId}/messages?since=${since}`);

export const addPerson = (person) => call("POST", "/sandbox/people", person);
export const addChat = (chat) => call("POST", "/sandbox/chats", chat);
export const sendMessage = (message) => call("POST", "/sandbox/messages", message);
export const press = (body) => call("POST", "/sandbox/press", body, { timeoutMs: 20000 });

/** What the bot offers for words typed after its name; `results` is null when it did not answer in ten seconds. */
export const askInline = (body) => call("POST", "/sandbox/inline", body, { timeoutMs: 20000 });
export const chooseInline = (body) => call("POST", "/sandbox/inline/choose", body);
export const setInlineMode = (mode) => call("POST", "/sandbox/inline", { mode });

export const react = (body) => call("POST", "/sandbox/reactions", body);
export const setMembership = (chat, user, status) => call("POST", "/sandbox/membership", { chat, user, status });

/** Moves the clock; answers when the bot has done all that fell due on the way, which may take minutes. */
export const moveClock = (body) => call("POST", "/sandbox/clock", body, { timeoutMs: 30 * 60000 });
export const reset = () => call("POST", "/sandbox/reset", {});

/**
 * Sends a file as `kind` (voice, audio, video, video_note, document, photo).
 * `fields`: from, chat?, caption?, reply_to?, forward_origin?.
 */
export function sendFile(kind, file, name, fields) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === "") continue;
    form.append(key, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  form.append(kind, file, name);
  return call("POST", "/sandbox/messages", form, { timeoutMs: 180000 });
}

export const fileAddress = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

const blobs = new Map();
const BLOBS_KEPT = 60;

/** A file's bytes; the last ones asked for are kept, so a player and its waveform fetch once. */
export function fileBlob(fileId) {
  if (!blobs.has(fileId)) {
    const loading = fetch(fileAddress(fileId)).then((response) => {
      if (!response.ok) throw new ApiError("This file can't be loaded.", response.status);
      return response.blob();
    });
    loading.catch(() => blobs.delete(fileId));
    blobs.set(fileId, loading);
    if (blobs.size > BLOBS_KEPT) blobs.delete(blobs.keys().next().value);
  }
  return blobs.get(fileId);
}
