/** The camera as a picture that changes. */
import { signal } from '@preact/signals';
import { texts } from '../texts';
import { rasterOfDrawable } from './decode';
import { choose, showMoment, source } from './picture';

/** `live` while pictures come, `still` for a moment that is held. */
export const camera = signal<'off' | 'starting' | 'live' | 'still'>('off');

/** Smaller than what cameras give: enough for any network here. */
const side = 320;

let stream: MediaStream | null = null;
let video: HTMLVideoElement | null = null;

/** @throws Error with a sentence for the reader if there is no camera, or it may not be used */
export async function startCamera(): Promise<void> {
  if (camera.peek() !== 'off') return;
  camera.value = 'starting';
  try {
    stream = await mediaDevices().getUserMedia({ video: { width: { ideal: 640 } }, audio: false });
    video = document.createElement('video');
    [video.muted, video.playsInline, video.srcObject] = [true, true, stream];
    await video.play();
  } catch (error) {
    stopCamera();
    throw new Error(texts.errors.camera(error instanceof DOMException ? error.name : ''));
  }
  choose({ kind: 'camera', name: texts.sources.camera, label: null, raster: moment(video) });
  camera.value = 'live';
  requestAnimationFrame(film);
}

/** Not there on pages that a browser does not trust with it, whatever its types say. */
function mediaDevices(): MediaDevices {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new DOMException('', 'NotAllowedError');
  return devices;
}

export function holdMoment(): void {
  camera.value = 'still';
}

export function filmOn(): void {
  camera.value = 'live';
  requestAnimationFrame(film);
}

export function stopCamera(): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  [stream, video] = [null, null];
  camera.value = 'off';
}

function film(): void {
  if (camera.peek() !== 'live' || !video) return;
  if (source.peek().kind !== 'camera') {
    // Another picture was chosen.
    stopCamera();
    return;
  }
  showMoment(moment(video));
  requestAnimationFrame(film);
}

function moment(film: HTMLVideoElement): ReturnType<typeof rasterOfDrawable> {
  const scale = side / Math.max(film.videoWidth, film.videoHeight, 1);
  return rasterOfDrawable(film, Math.max(1, film.videoWidth * scale), Math.max(1, film.videoHeight * scale));
}
