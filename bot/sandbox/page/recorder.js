/**
 * Recording a voice note with the microphone.
 */

const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/webm", "audio/mp4"];

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

/**
 * Starts recording. Answers {seconds(), level(), stop() → {blob, name}, cancel()}; throws one sentence for people.
 */
export async function startRecording() {
  if (!canRecord()) throw new Error("This browser can't record. Pick a recording from a file instead.");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
  } catch {
    throw new Error("No microphone, or the browser was not allowed to use it. A recording can be picked from a file.");
  }
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32000 });
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => event.data.size && parts.push(event.data));
  const started = performance.now();
  recorder.start(250);

  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);

  const finish = () => new Promise((resolve) => {
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      context.close();
      resolve();
    }, { once: true });
    recorder.stop();
  });
  return {
    seconds: () => (performance.now() - started) / 1000,
    /** How loud it is now, 0 to 1. */
    level: () => {
      analyser.getByteTimeDomainData(samples);
      return Math.min(1, Math.max(...samples.map((value) => Math.abs(value - 128))) / 90);
    },
    stop: async () => {
      await finish();
      const type = (recorder.mimeType || mimeType || "audio/webm").split(";")[0];
      return { blob: new Blob(parts, { type }), name: `voice.${{ "audio/ogg": "ogg", "audio/mp4": "m4a" }[type] ?? "webm"}` };
    },
    cancel: finish,
  };
}
