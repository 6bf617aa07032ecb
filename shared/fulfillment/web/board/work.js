// The work of one store as the server tells it, and what this device has done since.

import { NoConnection, call, here, now, session, tokenEnded } from './api.js';
import { flush, waitingSteps } from './queue.js';
import { isNew } from './alert.js';

// New work is to be seen within 5 s: 4 s between the starts of two looks, and 1 s for the answer.
const EVERY_MS = 4000;
const PAGE = 100;
const PAGES = 10; // a thousand open tasks; a store with more has another trouble
const KEPT = 'board.tasks';

const listeners = [];
const people = new Map();
let told = []; // as the server told it last
let raw = '';
let seen = null; // ids that were here before; null: nothing was, so nothing is new
let timer;
let looking = null;

export const state = { online: navigator.onLine, loaded: false, refreshedAt: 0, problem: '' };

export const onWork = (heard) => listeners.push(heard);
export const changed = () => { for (const heard of listeners) heard(); };

// Names and addresses of customers stay with the tab, as the token does, and end with it.
export function recall() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  if (kept && kept.location === session.location) {
    told = kept.tasks;
    state.loaded = true;
  } else {
    forget(); // of another store
  }
}

export function forget() {
  told = [];
  raw = '';
  seen = null;
  people.clear();
  Object.assign(state, { loaded: false, problem: '' });
  sessionStorage.removeItem(KEPT);
}

export function start() {
  clearTimeout(timer);
  look();
}

export function stop() { clearTimeout(timer); }

// One look at a time; who asks while one is under way gets that one.
export function look() {
  looking ??= lookNow().finally(() => { looking = null; });
  return looking;
}

async function lookNow() {
  clearTimeout(timer);
  const begun = Date.now();
  if (session.token) {
    await flush();
    if (session.token) await refresh();
  }
  if (session.token) timer = setTimeout(look, Math.max(500, EVERY_MS - (Date.now() - begun)));
}

async function refresh() {
  const place = session.location;
  const was = state.online;
  try {
    const pages = [];
    let cursor = '';
    for (let page = 0; page < PAGES; page += 1) {
      const { status, body, text } = await call('GET', here(`/tasks?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
      if (status === 401) return ended();
      if (status !== 200 || place !== session.location) {
        state.problem = status === 200 ? '' : body?.detail ?? String(status);
        if (status !== 200) changed();
        return undefined;
      }
      pages.push({ tasks: body.tasks, text });
      cursor = body.next_cursor;
      if (!cursor) break;
    }
    Object.assign(state, { online: true, problem: '', refreshedAt: Date.now() });
    take(pages);
    if (!was) changed();
  } catch (error) {
    if (!(error instanceof NoConnection)) throw error;
    state.online = false;
    if (was) changed();
  }
  return undefined;
}

function ended() {
  tokenEnded();
  changed();
}

function take(pages) {
  const text = pages.map((page) => page.text).join();
  const first = !state.loaded || !seen;
  state.loaded = true;
  if (text === raw && !first) return;
  raw = text;
  told = pages.flatMap((page) => page.tasks);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ location: session.location, tasks: told }));
  } catch { /* full: the list is then gone after a reload without a line */ }
  const fresh = first ? [] : told.filter((task) => task.status === 'open' && !seen.has(task.task_id));
  seen = new Set([...(seen ?? []), ...told.map((task) => task.task_id)]);
  changed();
  if (fresh.length) isNew(fresh);
}

// A step's answer: what it says is so, and the next look tells the rest.
export function took(answer) {
  if (answer?.task_id) {
    told = told.map((task) => (task.task_id === answer.task_id ? { ...task, ...toldBy(answer), lines: answer.lines.map((line) => sameLine(task, line)) } : task));
    raw = '';
  }
  changed();
  clearTimeout(timer);
  timer = setTimeout(look, 300);
}

// Answers of steps leave out what the order itself does not say: names of goods, barcodes, how urgent it is.
const toldBy = (answer) => Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null && value !== undefined));

function sameLine(task, line) {
  const before = task.lines.find((one) => one.line_id === line.line_id);
  return before ? { ...before, ...toldBy(line), barcodes: before.barcodes } : line;
}

const OVER = ['collected', 'shipped', 'refused', 'cancelled', 'uncollected'];

// What a step that is still on its way makes of a task.
const EFFECTS = {
  accept: (task, step) => ({ status: 'accepted', accepted_by: step.person ?? session.employee }),
  pick: (task, step) => ({
    status: 'picked',
    lines: task.lines.map((line) => ({ ...line, picked: step.body.lines.find((said) => said.line_id === line.line_id)?.picked ?? line.picked })),
  }),
  ready: (task, step) => ({ status: 'ready', staging: step.body.staging ?? task.staging }),
  'undo-ready': () => ({ status: 'picked' }),
  'hand-over': () => ({ status: 'collected' }),
  ship: () => ({ status: 'shipped' }),
  refuse: () => ({ status: 'refused' }),
  'put-back': (task) => ({ put_back: false, lines: task.lines.map((line) => ({ ...line, aside: 0 })) }),
};

export function tasks() {
  const byTask = new Map();
  for (const step of waitingSteps()) byTask.set(step.task_id, [...(byTask.get(step.task_id) ?? []), step]);
  return told.map((task) => (byTask.get(task.task_id) ?? []).reduce(
    (sofar, step) => ({ ...sofar, ...EFFECTS[step.name]?.(sofar, step), unsent: true }), task,
  ));
}

export const isOver = (task) => OVER.includes(task.status) && !task.put_back;
const URGENCY = { late: 0, at_risk: 1, on_time: 2 };

// Most urgent first: what is late before what may become it, and each by when it is due, as the server sent it.
export const open = () => tasks().filter((task) => !isOver(task)).sort((one, other) => URGENCY[service(one)] - URGENCY[service(other)]);
export const task = (id) => tasks().find((found) => found.task_id === id);

export function service(task) {
  if (task.service) return task.service;
  const left = Date.parse(task.due_at) - now();
  return left < 0 ? 'late' : left < 30 * 60_000 ? 'at_risk' : 'on_time';
}

export function group(task) {
  if (task.put_back) return 'back';
  return task.status === 'ready' || task.waiting_for_customer ? 'wait' : 'do';
}

// Who works here, for the list of names beside the PIN.
export async function staff() {
  try {
    const { status, body } = await call('GET', here('/staff'));
    if (status === 200) {
      people.clear();
      for (const person of body.staff) people.set(person.employee, person);
      keepPeople();
    }
  } catch (error) {
    if (!(error instanceof NoConnection)) throw error;
  }
  if (!people.size) for (const person of JSON.parse(sessionStorage.getItem('board.people') ?? '[]')) people.set(person.employee, person);
  return [...people.values()];
}

const keepPeople = () => sessionStorage.setItem('board.people', JSON.stringify([...people.values()]));
export const personName = (employee) => people.get(employee)?.name ?? (employee === session.employee ? session.name : null) ?? employee;

addEventListener('online', () => { if (session.token) look(); });
addEventListener('offline', () => { state.online = false; changed(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden && session.token) look(); });
