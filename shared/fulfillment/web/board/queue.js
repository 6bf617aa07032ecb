// Steps on their way: written down before they are sent, sent in order, one at a time, each under one Idempotency-Key.
//
// Whatever happens to page, phone or line, a step is there until the server has answered it. Sent again, its key makes
// it the same step. What the server refuses stays, with its reason, until somebody has read it. localStorage, because
// it is written before a button's press is answered. It holds ids, quantities and names (the customer's, to say which
// step it is; the collector's of a hand-over without a code) until it was sent; no token, no PIN, no pickup code.

import { NoConnection, call, here, isShared, moment, session, tokenEnded } from './api.js';

const KEPT = 'board.queue';
const FAULTS_BEFORE_ASIDE = 3; // a fault of the server's own must not hold up the steps behind it for ever

const pins = new Map(); // by key of the step
const waiting = new Map(); // by key: who wants to hear how it went
const listeners = [];

const read = () => JSON.parse(localStorage.getItem(KEPT) ?? '[]');

function write(steps) {
  localStorage.setItem(KEPT, JSON.stringify(steps));
  for (const heard of listeners) heard();
}

export const onQueue = (heard) => listeners.push(heard);
export const steps = () => read();
export const mine = () => read().filter((step) => step.account === session.account);
export const waitingSteps = () => mine().filter((step) => step.state === 'waiting');
export const refusedSteps = () => mine().filter((step) => step.state === 'refused');
export const stepsOfOthers = () => read().filter((step) => step.account !== session.account);

// The step is on the device when this returns, or refused for want of room there; the promise says how it went:
// 'done', 'waiting', 'refused', 'pin'.
export function add(name, { task_id = null, body = {}, who = {}, label = '' }) {
  const step = {
    key: crypto.randomUUID(), account: session.account, location: session.location, name, task_id, body,
    person: who.person ?? null, label, at: moment(), state: 'waiting', faults: 0,
  };
  try {
    write([...read(), step]);
  } catch {
    return Promise.resolve({ state: 'refused', problem: { code: 'device_full' } });
  }
  if (who.pin) pins.set(step.key, who.pin);
  return sent(step.key);
}

function sent(key) {
  const outcome = new Promise((resolve) => waiting.set(key, resolve));
  flush();
  return outcome;
}

function settle(key, state, more = {}) {
  waiting.get(key)?.({ state, key, ...more });
  waiting.delete(key);
}

const change = (key, changes) => write(read().map((step) => (step.key === key ? { ...step, ...changes } : step)));
const remove = (key) => { pins.delete(key); write(read().filter((step) => step.key !== key)); };

export function dismiss(key) { remove(key); }

export function again(key, who = {}) {
  if (who.pin) pins.set(key, who.pin);
  change(key, { state: 'waiting', problem: null, faults: 0, ...(who.person ? { person: who.person } : {}) });
  return sent(key);
}

// The PIN that steps of this person wait for, after a reload or a wrong one.
export const lackingPin = () => waitingSteps().find(lacksPin);
export function givePin(person, pin) {
  for (const step of waitingSteps()) if (step.person === person && !pins.has(step.key)) pins.set(step.key, pin);
  return flush();
}

let flushing = null;
let once_more = false;

// Sends what waits. Who asks while that is under way is part of it.
export function flush() {
  once_more = true;
  flushing ??= sendAll().finally(() => {
    flushing = null;
    if (once_more) flush();
  });
  return flushing;
}

async function sendAll() {
  // Two windows of one phone send one after the other.
  await navigator.locks.request('board.queue', async () => {
    while (once_more) {
      once_more = false;
      while (await sendNext()) { /* until nothing is left, or the line is down */ }
    }
    settleAll();
  });
}

function settleAll() {
  for (const key of [...waiting.keys()]) settle(key, 'waiting');
}

const lacksPin = (step) => isShared() && !pins.has(step.key);

// The first that may go. What waits for its person's PIN holds up the steps behind it of its own task, and nobody else.
function nextStep() {
  const held = new Set();
  return waitingSteps().find((step) => {
    if (held.has(step.task_id)) return false;
    if (!lacksPin(step)) return true;
    settle(step.key, 'pin', { problem: { code: 'pin_required' } });
    if (step.task_id) held.add(step.task_id);
    return false;
  });
}

// A step of the same task that came before and was refused. What comes after does not stand in the way.
function refusedBefore(step) {
  const all = mine();
  const before = all.slice(0, all.findIndex((other) => other.key === step.key));
  return before.some((other) => other.state === 'refused' && step.task_id && other.task_id === step.task_id);
}

async function sendNext() {
  const step = session.token && nextStep();
  if (!step) return false;
  if (refusedBefore(step)) return refused(step, { code: 'earlier_refused' });
  let answer;
  try {
    answer = await call('POST', pathOf(step), { body: step.body, key: step.key, person: step.person, pin: pins.get(step.key) });
  } catch (error) {
    if (error instanceof NoConnection) return false;
    throw error;
  }
  return answered(step, answer);
}

const pathOf = (step) => {
  const place = here('').replace(/[^/]+$/, encodeURIComponent(step.location));
  return step.task_id ? `${place}/tasks/${encodeURIComponent(step.task_id)}/${step.name}` : `${place}/${step.name}`;
};

function answered(step, { status, body }) {
  const problem = { status, code: body?.code ?? '', detail: body?.detail ?? '', errors: body?.errors ?? [], accepted_by: body?.accepted_by };
  if (status >= 200 && status < 300) {
    remove(step.key);
    settle(step.key, 'done', { body });
    return true;
  }
  if (status === 401) {
    tokenEnded();
    write(read());
    return false;
  }
  if (problem.code === 'pin_wrong' || problem.code === 'pin_required') {
    for (const other of mine()) if (other.person === step.person) pins.delete(other.key); // one wrong PIN, one try
    write(read());
    settle(step.key, 'pin', { problem });
    return isShared();
  }
  if (status === 429 || status === 502 || status === 503 || status === 504 || problem.code === 'in_progress') return false;
  if (status >= 500 && step.faults + 1 < FAULTS_BEFORE_ASIDE) {
    change(step.key, { faults: step.faults + 1 });
    return false;
  }
  return refused(step, problem);
}

function refused(step, problem) {
  pins.delete(step.key);
  change(step.key, { state: 'refused', problem });
  settle(step.key, 'refused', { problem });
  return true;
}
