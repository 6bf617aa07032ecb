// The board: what is shown where, and when it is drawn again.

import { session, signedOut } from './api.js';
import { $, announce, h, icon, onlyFirstHalves, show } from './dom.js';
import { draw as drawList, listView } from './list.js';
import { onQueue, refusedSteps, waitingSteps } from './queue.js';
import { onScan, pickupOf } from './scan.js';
import { signInView } from './signin.js';
import { taskView, withCode } from './task.js';
import { language, speak, t } from './words.js';
import { forget, onWork, recall, staff, start, state, stop, tasks } from './work.js';

// What the first look does not need comes after it.
const stock = () => import('./stock.js');
const LATER = { stock, count: stock, order: stock, more: () => import('./more.js') };

const place = $('#view');
const go = (address) => { if (location.hash === address) route(); else location.hash = address; };
let shown = () => {};
let where = '';

const TABS = [['work', '#/'], ['stock', '#/stock'], ['count', '#/count'], ['more', '#/more']];

let barred = '';
function bars() {
  const signed = Boolean(session.token);
  document.body.classList.toggle('signed', signed);
  const left = waitingSteps().length;
  const refused = refusedSteps().length;
  const said = JSON.stringify([signed, left, refused, where, language, state.online, state.problem, session.location]);
  if (said === barred) return; // who stands on them with the keyboard stays there
  barred = said;
  const line = !state.online ? ['offline', t('offline')] : state.problem ? ['offline', state.problem] : ['online', t('online')];
  show($('#bar'), signed && [
    h('b', { class: 'where' }, session.location),
    h('a', { href: '#/more', class: `line ${line[0]}` }, line[1],
      left > 0 && h('span', { class: 'badge' }, t('n_waiting', { n: left })), refused > 0 && h('span', { class: 'badge bad' }, t('n_refused', { n: refused }))),
    h('button', { type: 'button', class: 'plain', lang: language === 'id' ? 'en' : 'id', 'aria-label': `${language === 'id' ? 'EN' : 'ID'}: ${t('switch_language')}`, onclick: () => app.speak(language === 'id' ? 'en' : 'id') }, language === 'id' ? 'EN' : 'ID')]);
  const tab = where.split('/')[1] ?? '';
  show($('#tabs'), signed && TABS.map(([name, address]) => h('a', { href: address, 'aria-current': (name === (['', 'task'].includes(tab) ? 'work' : tab === 'order' ? 'stock' : tab)) && 'page' }, icon(name), h('span', null, t(name)))));
}

const app = {
  draw() { where = ''; route(); },
  async speak(wanted) { await speak(wanted); document.title = t('title'); this.draw(); },
  signedIn() { recall(); where = ''; go('#/'); start(); staff().then(() => redraw()); },
  signOut() { stop(); forget(); signedOut(); history.replaceState(null, '', '#/'); this.draw(); },
};

const scanned = {
  task: (text) => shown.scanned?.(text),
  stock: (text) => shown.scanned?.(text),
  count: (text) => shown.scanned?.(text),
};

// A scan with no field in focus: a customer's code opens its task wherever one is; else the screen takes it; else it is
// a thing whose stock is asked for.
onScan((text) => {
  if (!session.token) return;
  const pickup = pickupOf(text);
  const named = tasks().find((task) => [task.task_id, task.order_id].includes(pickup?.task_id ?? text));
  const screen = where.split('/')[1];
  if (named && !where.endsWith(encodeURIComponent(named.task_id))) {
    if (pickup) withCode(pickup.code);
    go(`#/task/${encodeURIComponent(named.task_id)}`);
  } else if (scanned[screen]) {
    scanned[screen](text);
  } else {
    go(`#/stock/${encodeURIComponent(text)}`);
  }
});

async function route() {
  const address = session.token ? location.hash || '#/' : '#/sign-in';
  if (address === where) return;
  const first = !where;
  where = address;
  document.body.dataset.screen = address.split('/')[1] || 'list';
  bars();
  const [, screen, subject = ''] = address.split('/');
  const about = decodeURIComponent(subject);
  shown = () => {};
  const late = await LATER[screen]?.().catch(() => null);
  if (where !== address) return;
  if (late === null) {
    where = '';
    announce(t('needs_connection'), 'bad');
    return;
  }
  const view = {
    'sign-in': () => signInView(place, app),
    task: () => taskView(place, about, go),
    stock: () => late.stockView(place, about, go),
    count: () => late.countView(place, about),
    order: () => late.orderView(place, about),
    more: () => late.moreView(place, app),
  }[screen] ?? (() => listView(place, go));
  const drawAgain = view();
  if (typeof drawAgain === 'function') shown = drawAgain;
  scrollTo(0, 0);
  if (!first && session.token && !place.contains(document.activeElement)) $('h1', place)?.focus({ preventScroll: true });
}

// Drawn again when something changed, at most once a frame.
let asked = false;
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    if (!session.token && where !== '#/sign-in') { stop(); route(); return; }
    bars();
    if (document.body.dataset.screen === 'list') drawList();
    else shown();
  });
}

addEventListener('hashchange', route);
onWork(redraw);
onQueue(redraw);
addEventListener('storage', (event) => { if (event.key === 'board.queue') redraw(); });
setInterval(redraw, 30_000); // times go by

document.documentElement.lang = language;
document.title = t('title');
onlyFirstHalves();
recall();
route();
if (session.token) {
  start();
  staff().then(redraw);
}
setTimeout(() => { for (const later of [LATER.more, stock, () => import('./print.js')]) later().catch(() => {}); }, 3000);

// Kept for when the line is down. A worker's address is a script to Trusted Types; this policy makes no other.
if ('serviceWorker' in navigator) {
  const policy = globalThis.trustedTypes?.createPolicy('page', { createScriptURL: () => 'board/worker.js' });
  navigator.serviceWorker.register(policy ? policy.createScriptURL('') : 'board/worker.js', { scope: 'board' }).catch(() => {});
  // What is here already, and what may be needed when the line is down; each once, or the worker's store refuses all.
  const later = ['stock', 'more', 'print', 'words-id', 'words-en'].map((name) => new URL(`${name}.js`, import.meta.url).href);
  const here_already = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.includes('/board/'));
  const files = [...new Set([new URL(location.pathname, location.href).href, ...later, ...here_already])];
  navigator.serviceWorker.ready.then(({ active }) => active.postMessage(files));
}
