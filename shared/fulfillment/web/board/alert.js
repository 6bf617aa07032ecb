// New work makes itself heard, felt and read.

import { $, announce } from './dom.js';
import { clock, t } from './words.js';

const KEPT = 'board.quiet';
let sound = null;

export const isQuiet = () => localStorage.getItem(KEPT) === 'yes';
export const setQuiet = (quiet) => localStorage.setItem(KEPT, quiet ? 'yes' : 'no');

// A browser lets a page be heard once somebody has touched it.
function wake() {
  sound ??= new AudioContext();
  sound.resume();
}
for (const touched of ['pointerdown', 'keydown']) addEventListener(touched, wake, { passive: true });

export function isNew(fresh) {
  const [first] = fresh;
  const said = fresh.length === 1
    ? t('new_task', { method: t(first.method), at: clock(first.due_at) })
    : t('new_tasks', { n: fresh.length });
  announce(said, 'new');
  document.title = `(${fresh.length}) ${t('title')}`;
  if (!isQuiet()) chime();
  navigator.vibrate?.([180, 90, 180]);
  $('#view')?.dispatchEvent(new CustomEvent('fresh', { detail: fresh.map((task) => task.task_id) }));
}

// Two rising notes, soft at both ends: heard over a shop's music, and not a siren.
export function chime() {
  if (sound?.state !== 'running') return;
  [[660, 0], [880, 0.17]].forEach(([pitch, after]) => {
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    const from = sound.currentTime + after;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(0.35, from + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.45);
    tone.connect(loudness).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 0.5);
  });
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) document.title = t('title'); });
