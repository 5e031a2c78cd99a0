/**
 * Players for voice notes, audio files and round videos. The waveform is the recording's own, decoded here.
 */
import { fileBlob } from "./api.js";
import { durationText, h, icon, sizeText, svg, toast } from "./dom.js";

const BARS = 44;
const DECODE_LIMIT = 6 * 1024 * 1024;
const waves = new Map();
let playing = null;

/** Loudness of `BARS` equal parts, 0 to 1 each; null where this browser cannot decode the recording. */
function waveform(fileId) {
  if (!waves.has(fileId)) waves.set(fileId, decode(fileId).catch(() => null));
  return waves.get(fileId);
}

async function decode(fileId) {
  const blob = await fileBlob(fileId);
  if (blob.size > DECODE_LIMIT) return null;
  const audio = new OfflineAudioContext(1, 1, 16000);
  const buffer = await audio.decodeAudioData(await blob.arrayBuffer());
  const samples = buffer.getChannelData(0);
  const width = Math.max(1, Math.floor(samples.length / BARS));
  const bars = Array.from({ length: BARS }, (_, bar) => {
    let peak = 0;
    for (let i = bar * width; i < Math.min(samples.length, (bar + 1) * width); i += 4) peak = Math.max(peak, Math.abs(samples[i]));
    return peak;
  });
  const top = Math.max(...bars, 0.01);
  return { bars: bars.map((value) => value / top), seconds: buffer.duration };
}

/**
 * A sounding file in a bubble. `media`: Voice or Audio; `audio` shows title and performer instead of the wave.
 * `host` is where a failure is told.
 */
export function soundPlayer(media, kind, host) {
  const element = new Audio();
  let total = media.duration || 0;
  const time = h("span", { class: "player-time" }, durationText(total));
  const toggle = h("button", { type: "button", class: "play", "aria-label": `Play ${kind === "voice" ? "voice note" : "audio"}` }, icon("play"));
  const bars = svg("svg", { viewBox: `0 0 ${BARS * 4} 24`, preserveAspectRatio: "none", class: "wave", "aria-hidden": "true" });
  for (let i = 0; i < BARS; i += 1) bars.append(svg("rect", { x: i * 4 + 0.5, y: 10.5, width: 2.4, height: 3, rx: 1.2 }));
  const track = h("div", { class: "track", role: "slider", tabindex: "0", "aria-label": "Position", "aria-valuemin": "0", "aria-valuemax": String(Math.round(total)), "aria-valuenow": "0" }, bars);

  const draw = () => {
    const share = total ? element.currentTime / total : 0;
    [...bars.children].forEach((bar, i) => bar.classList.toggle("played", i / BARS < share));
    track.setAttribute("aria-valuenow", String(Math.round(element.currentTime)));
    track.setAttribute("aria-valuemax", String(Math.round(total)));
    track.setAttribute("aria-valuetext", `${durationText(element.currentTime)} of ${durationText(total)}`);
    time.textContent = element.currentTime > 0 && !element.ended ? durationText(element.currentTime) : durationText(total);
  };
  const show = (isPlaying) => {
    toggle.replaceChildren(icon(isPlaying ? "pause" : "play"));
    toggle.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
  };
  const load = async () => {
    if (!element.src) element.src = URL.createObjectURL(await fileBlob(media.file_id));
  };
  const start = async () => {
    try {
      await load();
      if (playing && playing !== element) playing.pause();
      playing = element;
      await element.play();
    } catch {
      toast(host(), "This browser can't play the recording. It can still be downloaded.");
    }
  };
  toggle.addEventListener("click", (event) => {
    event.stopPropagation();
    if (element.paused) start();
    else element.pause();
  });
  const seek = async (share) => {
    await load().catch(() => {});
    if (total) element.currentTime = Math.min(1, Math.max(0, share)) * total;
    draw();
  };
  track.addEventListener("click", (event) => {
    const box = track.getBoundingClientRect();
    seek((event.clientX - box.left) / box.width);
  });
  track.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 2, ArrowLeft: -2 }[event.key];
    if (!step || !total) return;
    event.preventDefault();
    seek((element.currentTime + step) / total);
  });
  for (const type of ["timeupdate", "ended", "seeked"]) element.addEventListener(type, draw);
  element.addEventListener("loadedmetadata", () => { if (Number.isFinite(element.duration) && !media.duration) total = element.duration; });
  element.addEventListener("play", () => show(true));
  element.addEventListener("pause", () => show(false));
  element.addEventListener("ended", () => { element.currentTime = 0; show(false); draw(); });

  waveform(media.file_id).then((wave) => {
    if (!wave) return;
    if (!total) total = wave.seconds;
    wave.bars.forEach((value, i) => {
      const height = 3 + value * 20;
      bars.children[i].setAttribute("height", height.toFixed(1));
      bars.children[i].setAttribute("y", (12 - height / 2).toFixed(1));
    });
    draw();
  });

  const title = kind === "audio"
    ? h("div", { class: "player-title" }, media.title || media.file_name || "Audio", media.performer ? h("small", {}, media.performer) : null)
    : null;
  return h("div", { class: `player ${kind}` }, toggle,
    h("div", { class: "player-body" }, title, track, h("div", { class: "player-foot" }, time, media.file_size ? h("span", {}, ` · ${sizeText(media.file_size)}`) : null)));
}

/** A round video; a tap plays it with sound. */
export function roundVideo(media, host) {
  const video = h("video", { playsinline: true, preload: "metadata", "aria-label": "Video message", tabindex: "-1" });
  const badge = h("span", { class: "round-time" }, durationText(media.duration));
  const cover = h("button", { type: "button", class: "round", "aria-label": `Play video message, ${durationText(media.duration)}` }, video, h("span", { class: "round-play" }, icon("play")), badge);
  fileBlob(media.file_id).then((blob) => { video.src = `${URL.createObjectURL(blob)}#t=0.01`; }, () => {});
  cover.addEventListener("click", () => {
    if (!video.paused) { video.pause(); return; }
    if (playing && playing !== video) playing.pause();
    playing = video;
    video.play().catch(() => toast(host(), "This browser can't play the video. It can still be downloaded."));
  });
  video.addEventListener("play", () => cover.classList.add("playing"));
  video.addEventListener("pause", () => cover.classList.remove("playing"));
  video.addEventListener("timeupdate", () => { badge.textContent = durationText(Math.max(0, (video.duration || 0) - video.currentTime)); });
  video.addEventListener("ended", () => { badge.textContent = durationText(media.duration); });
  return cover;
}
