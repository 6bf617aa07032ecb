// The work list, most urgent first. Cards are kept and changed in place; many of them come in portions.

import { now } from './api.js';
import { $, button, field, h, icon, input, show } from './dom.js';
import { refusedSteps } from './queue.js';
import { clockAndZone, known, named, t, units, until } from './words.js';
import { group, open, personName, service, state } from './work.js';

const AT_ONCE = 12; // more than a phone shows
const THEN = 40;

const cards = new Map(); // task_id -> {node, said}
let filter = 'do';
let wanted = '';
let drawing = 0;

export function listView(place, go) {
  cards.clear();
  const search = field(t('find'), input({ type: 'search', placeholder: t('find'), enterkeyhint: 'search', value: wanted, oninput: (event) => { wanted = event.target.value; draw(); } }));
  show(place,
    h('h1', { class: 'unseen', tabindex: '-1' }, t('work')),
    h('div', { class: 'groups', role: 'group', 'aria-label': t('which') }),
    search,
    h('ul', { id: 'tasks', class: 'tasks' }),
    h('p', { id: 'nothing', class: 'nothing' }));
  $('.tasks', place).addEventListener('click', (event) => {
    const card = event.target.closest('[data-task]');
    if (card) { event.preventDefault(); go(`#/task/${encodeURIComponent(card.dataset.task)}`); }
  });
  draw();
  return draw;
}

const matches = (task) => !wanted.trim() || [task.order_id, task.customer_name, task.staging, ...task.lines.flatMap((line) => [line.sku, named(line), ...line.barcodes])]
  .some((text) => text?.toLowerCase().includes(wanted.trim().toLowerCase()));

export function draw() {
  const list = $('#tasks');
  if (!list) return;
  const all = open();
  const found = all.filter((task) => (wanted.trim() ? matches(task) : group(task) === filter));
  drawGroups(all);
  const troubled = new Set(refusedSteps().map((step) => step.task_id));
  const round = (drawing += 1);
  const ids = new Set(found.map((task) => task.task_id));
  for (const [id, { node }] of cards) if (!ids.has(id)) { node.remove(); cards.delete(id); }
  put(list, found, 0, AT_ONCE, troubled, round);
  const nothing = $('#nothing');
  nothing.textContent = found.length ? '' : state.loaded ? t(wanted.trim() ? 'nothing_found' : `nothing_${filter}`) : t('loading');
}

// The first screen at once, the rest when nobody waits for anything else.
function put(list, found, from, portion, troubled, round) {
  if (round !== drawing) return;
  const end = Math.min(found.length, from + portion);
  for (let n = from; n < end; n += 1) {
    const node = card(found[n], troubled.has(found[n].task_id));
    if (list.children[n] !== node) list.insertBefore(node, list.children[n] ?? null);
  }
  if (end < found.length) setTimeout(() => put(list, found, end, THEN, troubled, round));
}

function drawGroups(all) {
  const place = $('.groups');
  const counts = { do: 0, wait: 0, back: 0 };
  for (const task of all) counts[group(task)] += 1;
  const names = Object.keys(counts).filter((name) => name !== 'back' || counts.back || filter === 'back');
  show(place, names.map((name) => h('button', {
    type: 'button', class: 'group', 'aria-pressed': String(filter === name && !wanted.trim()),
    onclick: () => { filter = name; wanted = ''; $('[type=search]').value = ''; draw(); $(`.group[data-name=${name}]`).focus(); }, 'data-name': name,
  }, t(`group_${name}`), ' ', h('b', null, String(counts[name])))));
}

export const chip = (task) => {
  const now_it_is = service(task);
  // Late can be one that nobody has taken while there is time to do it.
  const words = now_it_is === 'late' && task.status === 'open' && Date.parse(task.due_at) > now() ? 'take_now' : now_it_is;
  return h('span', { class: `chip ${now_it_is}` }, icon(now_it_is), t(words));
};

export function statusWords(task) {
  if (task.put_back) return t('status_put_back');
  if (task.waiting_for_customer) return t('status_waiting');
  return known(`status_${task.status}`, task.status);
}

function card(task, troubled) {
  const due = until(task.due_at, now());
  const said = JSON.stringify([task, troubled, due]);
  const kept = cards.get(task.task_id);
  if (kept?.said === said) return kept.node;
  const [time, zone] = clockAndZone(task.due_at);
  const face = h('a', { href: `#/task/${encodeURIComponent(task.task_id)}`, class: `card ${service(task)}`, 'data-task': task.task_id },
    h('span', { class: 'due' }, h('b', null, time), h('span', null, `${zone} · ${due}`)),
    h('span', { class: 'what' },
      h('span', { class: 'title' }, icon(task.method), h('b', null, task.customer_name || task.order_id), h('span', { class: 'units' }, units(task.lines.reduce((sum, line) => sum + line.quantity, 0)))),
      h('span', { class: 'goods' }, task.lines.map((line) => `${line.quantity} × ${named(line)}${line.variant ? ` ${line.variant}` : ''}`).join(', ')),
      h('span', { class: 'state' }, chip(task),
        h('span', { class: `status ${task.status}` }, task.customer_name && `${task.order_id} · `, statusWords(task), task.accepted_by && task.status !== 'open' ? ` · ${personName(task.accepted_by)}` : ''),
        task.staging && h('span', { class: 'staging' }, task.staging),
        task.on_my_way_at && h('span', { class: 'chip coming' }, t('on_my_way')),
        task.doubtful && h('span', { class: 'chip at_risk' }, t('doubtful')),
        task.unsent && h('span', { class: 'chip unsent' }, t('unsent')),
        troubled && h('span', { class: 'chip late' }, t('refused_step')))));
  const node = kept?.node ?? h('li');
  const had_focus = node.contains(document.activeElement);
  show(node, face);
  if (had_focus) face.focus();
  cards.set(task.task_id, { node, said });
  return node;
}
