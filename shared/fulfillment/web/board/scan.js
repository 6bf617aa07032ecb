// Barcodes and codes: from a scanner that types (a "keyboard wedge"), from a field, from the camera where there is one.

import { ask, button, h } from './dom.js';
import { t } from './words.js';

const A_SCANNERS_GAP_MS = 500; // a scanner's is 20 ms, and more on a busy phone; outside of a field nobody else types
const SHORTEST = 4;

let typed = '';
let last = 0;
let heard = () => {};

// Who hears of what is scanned while no field has the focus; a field hears it as typing.
export const onScan = (wanted) => { heard = wanted; };

const isField = (element) => element.matches?.('input, textarea, select') ?? false;

document.addEventListener('keydown', (event) => {
  if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.timeStamp - last > A_SCANNERS_GAP_MS) typed = '';
  last = event.timeStamp;
  if (event.key.length === 1) {
    typed += event.key;
  } else if (event.key === 'Enter' && typed.length >= SHORTEST) {
    event.preventDefault();
    const scanned = typed;
    typed = '';
    heard(scanned.trim());
  }
});

// "P-41D8C8FE~1 5WJG-A39N", as the customer's page shows it: which task, and the code.
export function pickupOf(text) {
  const [, task_id, code] = /^(\S+~\d+)\s+([0-9A-Za-z]{4}-?[0-9A-Za-z]{4})$/.exec(text.trim()) ?? [];
  return task_id ? { task_id, code } : null;
}

export const hasCamera = () => 'BarcodeDetector' in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'code_128', 'code_39', 'qr_code'];

// What the camera reads first, or null when somebody closes it.
export async function read() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    return null;
  }
  const video = h('video', { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const detector = new BarcodeDetector({ formats: FORMATS });
  let looking;
  const found = await ask(t('camera'), (close) => {
    looking = setInterval(async () => {
      const [first] = await detector.detect(video).catch(() => []);
      if (first) close(first.rawValue);
    }, 200);
    return [video, h('div', { class: 'row' }, button(t('close'), () => close()))];
  });
  clearInterval(looking);
  for (const track of stream.getTracks()) track.stop();
  return found;
}
