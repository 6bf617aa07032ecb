// One task: what to find, where to put it, to whom to give it. What is done next stands at the bottom, under the thumb.

import { here, maySupervise, now as time, session } from './api.js';
import { announce, ask, button, field, h, icon, input, show } from './dom.js';
import { fill, handOver, refuse } from './forms.js';
import { chip, statusWords } from './list.js';
import { dismiss, refusedSteps } from './queue.js';
import { hasCamera, pickupOf, read } from './scan.js';
import { now, reason, step, tryAgain } from './steps.js';
import { clock, day, money, named, t, until } from './words.js';
import { personName, task as find } from './work.js';

const draft = (id) => `board.draft.${id}`;
const counted = (id) => JSON.parse(sessionStorage.getItem(draft(id)) ?? '{}');
const keep = (id, units) => sessionStorage.setItem(draft(id), JSON.stringify(units));

let given = ''; // a code that was scanned before the task was open
export const withCode = (code) => { given = code; };

export function taskView(place, id, go) {
  let drawn = '';
  const view = { scanned: () => {}, typed: {} };

  function draw(again = false) {
    const task = find(id);
    const said = JSON.stringify([task, refusedSteps(), counted(id), session.token]);
    if (said === drawn && !again) return;
    // Somebody is typing: what they typed stays, and where they were.
    const focused = place.contains(document.activeElement) ? document.activeElement.name : '';
    drawn = said;
    if (!task) {
      show(place, h('a', { href: '#/', class: 'back' }, icon('back'), t('work')), h('h1', { tabindex: '-1' }, t('task_gone')), h('p', null, t('task_gone_why')), troubles(id));
      return;
    }
    const act = actions(task, view, draw, go);
    show(place,
      h('a', { href: '#/', class: 'back' }, icon('back'), t('work')),
      head(task), troubles(id), notes(task), lines(task, view, draw),
      h('div', { class: 'actions' }, act));
    if (focused) place.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
  }
  draw();
  return Object.assign(draw, { scanned: (text) => view.scanned(text) });
}

const head = (task) => h('header', { class: 'head' },
  h('h1', { tabindex: '-1' }, icon(task.method), task.customer_name || task.order_id),
  h('p', { class: 'facts' }, chip(task), ' ', h('b', null, `${clock(task.due_at)}`), ` · ${day(task.due_at)} · ${until(task.due_at, time())}`),
  h('p', { class: 'facts' }, `${t(task.method)} · ${task.order_id} · ${statusWords(task)}${task.accepted_by ? ` · ${personName(task.accepted_by)}` : ''}`),
  task.staging && h('p', { class: 'facts place' }, t('at_staging', { staging: task.staging })),
  task.to_pay && h('p', { class: 'facts due_money' }, t('to_pay', { amount: task.amount_due ? money(task.amount_due) : t('amount_unknown') })),
  task.collect_until && task.status === 'ready' && h('p', { class: 'facts' }, t('kept_until', { until: `${day(task.collect_until)} ${clock(task.collect_until)}` })));

function notes(task) {
  const said = [];
  if (task.on_my_way_at) said.push(['coming', t('on_my_way_at', { at: clock(task.on_my_way_at) })]);
  if (task.waiting_for_customer) said.push(['at_risk', t('waiting_long')]);
  if (task.doubtful) said.push(['at_risk', t('doubtful_long')]);
  if (task.code_locked) said.push(['late', t('locked_long')]);
  if (task.put_back) said.push(['at_risk', t('put_back_long')]);
  if (task.unsent) said.push(['unsent', t('unsent_long')]);
  return said.map(([kind, text]) => h('p', { class: `note ${kind}` }, text));
}

// What the server did not take, until somebody has read it.
export function troubles(task_id) {
  return refusedSteps().filter((entry) => task_id === undefined || entry.task_id === task_id).map((entry) => h('section', { class: 'note late', role: 'alert' },
    h('p', null, h('b', null, t('step_refused', { step: t(`step_${entry.name}`), what: entry.label })), h('br'), reason(entry.problem)),
    h('div', { class: 'row' }, button(t('try_again'), () => tryAgain(entry)), button(t('dismiss'), () => { dismiss(entry.key); }))));
}

const isPicking = (task) => task.status === 'accepted';

function lines(task, view, draw) {
  const units = counted(task.task_id);
  const picking = isPicking(task);
  const backs = task.put_back;
  const set = (line, quantity, most) => {
    units[line.line_id] = Math.max(0, Math.min(most, quantity));
    keep(task.task_id, units);
    draw(true);
  };
  if (picking) {
    view.scanned = (text) => {
      const line = task.lines.find((one) => (one.sku === text || one.barcodes.includes(text)) && (units[one.line_id] ?? 0) < one.quantity)
        ?? task.lines.find((one) => one.sku === text || one.barcodes.includes(text));
      if (!line) return view.say(t('not_in_task', { code: text }), 'bad');
      if ((units[line.line_id] ?? 0) >= line.quantity) return view.say(t('enough', { name: named(line) }), 'bad');
      set(line, (units[line.line_id] ?? 0) + 1, line.quantity);
      return view.say(t('found_one', { name: named(line), n: units[line.line_id], of: line.quantity }), 'good');
    };
  }
  return h('ul', { class: 'lines' }, task.lines.map((line) => {
    const most = backs ? line.aside ?? line.quantity : line.quantity;
    const have = backs ? most : picking ? units[line.line_id] ?? 0 : line.picked ?? null;
    const full = have === most;
    return h('li', { class: `line${picking && full ? ' full' : ''}` },
      photo(line),
      h('span', { class: 'thing' }, h('b', null, named(line)), line.variant && h('span', { class: 'variant' }, line.variant), h('small', null, [line.sku, ...line.barcodes.slice(0, 1)].join(' · '))),
      picking ? h('span', { class: 'stepper', role: 'group', 'aria-label': named(line) },
        h('button', { type: 'button', name: `less-${line.line_id}`, 'aria-label': t('one_less', { name: named(line) }), onclick: () => set(line, have - 1, most), disabled: have === 0 }, '−'),
        h('output', null, `${have}/${most}`),
        h('button', { type: 'button', name: `more-${line.line_id}`, 'aria-label': t('one_more', { name: named(line) }), onclick: () => set(line, have + 1, most), disabled: full }, '+'))
        : h('span', { class: 'quantity' }, have === null || have === most ? `${most} ×` : `${have}/${most} ×`));
  }));
}

// Pictures of elsewhere are not fetched: the page asks nobody but its own server.
function photo(line) {
  if (!line.image_url || new URL(line.image_url, document.baseURI).origin !== location.origin) return null;
  return h('img', { src: line.image_url, alt: '', loading: 'lazy', width: 56, height: 56 });
}

const paper = () => import('./print.js');
const label = (task) => task.customer_name || task.order_id;

function actions(task, view, draw, go) {
  view.say = announce;
  const does = (name, body, more = {}) => step(name, { task_id: task.task_id, body, label: label(task), ...more });
  const leave = (name, body, more) => does(name, body, more).then((went) => { if (went) go('#/'); });
  const second = [];
  if (['open', 'accepted', 'picked'].includes(task.status) && !task.put_back) second.push(button(t('cannot'), () => refuse(task, leave), 'danger'));
  if (!task.put_back && task.status !== 'open') second.push(button(t('print_slip'), () => paper().then((made) => made.printSlip(task))));
  if (task.method === 'delivery' && task.status !== 'open' && !task.put_back) second.push(button(t('print_label'), () => paper().then((made) => made.printLabel(task))));
  const first = task.put_back ? putBack(task, does) : {
    open: () => [button(t('take'), () => does('accept', {}, { done: t('taken') }), 'primary')],
    accepted: () => picking(task, view, does, draw),
    picked: () => (task.waiting_for_customer ? [] : task.method === 'delivery' ? shipping(view, leave) : staging(view, does)),
    ready: () => collecting(task, view, does, leave, go, second),
  }[task.status]?.() ?? [];
  return [first, second.length > 0 && h('div', { class: 'row second' }, second)];
}

const scanField = (view, draw) => {
  const scan = input({ name: 'scan', enterkeyhint: 'done', placeholder: t('scan_hint') });
  return h('form', { class: 'scan', onsubmit: (event) => { event.preventDefault(); const said = scan.value.trim(); scan.value = ''; if (said) view.scanned(said); } },
    field(t('scan'), scan), hasCamera() && h('button', { type: 'button', 'aria-label': t('camera'), onclick: async () => { const found = await read(); if (found) { view.scanned(found); draw(true); } } }, icon('camera')));
};

function picking(task, view, does, draw) {
  const units = counted(task.task_id);
  const mine = [session.employee, session.account].includes(task.accepted_by) || session.role === 'device';
  const missing = task.lines.reduce((sum, line) => sum + line.quantity - (units[line.line_id] ?? 0), 0);
  const some = task.lines.some((line) => units[line.line_id] > 0);
  const all = () => { for (const line of task.lines) units[line.line_id] = line.quantity; keep(task.task_id, units); draw(true); };
  const send = () => does('pick', { lines: task.lines.map((line) => ({ line_id: line.line_id, picked: units[line.line_id] ?? 0 })) }, { done: t('picked') })
    .then((went) => { if (went) sessionStorage.removeItem(draft(task.task_id)); });
  return [
    !mine && h('p', { class: 'note' }, t('taken_by', { name: personName(task.accepted_by) }), ' ', button(t('take_over'), () => does('accept', { take_over: true }, { done: t('taken') }))),
    scanField(view, draw),
    !some ? button(t('all_there'), all, 'primary')
      : missing ? button(t('pick_short', { n: missing }), () => confirmShort(task, missing, send), 'primary warn')
        : button(t('pick_full'), send, 'primary'),
  ];
}

async function confirmShort(task, missing, send) {
  const sure = await ask(t('pick_short', { n: missing }), (close) => [
    h('p', null, t(task.method === 'delivery' ? 'short_delivery' : 'short_pickup', { n: missing })),
    h('div', { class: 'row' }, button(t('cancel'), () => close()), button(t('short_sure'), () => close(true), 'primary warn'))]);
  if (sure) send();
}

// A field that keeps what was typed when the page is drawn again.
const remembered = (view, name, props) => input({ name, value: view.typed[name] ?? '', oninput: (event) => { view.typed[name] = event.target.value; }, ...props });

function staging(view, does) {
  const where = remembered(view, 'staging', { maxlength: '40', enterkeyhint: 'done' });
  const form = h('form', { onsubmit: (event) => { event.preventDefault(); does('ready', where.value.trim() ? { staging: where.value.trim() } : {}, { done: t('readied') }); } },
    field(t('staging'), where, t('staging_hint')), h('button', { class: 'primary' }, t('ready')));
  view.scanned = (text) => { where.value = view.typed.staging = text; };
  return [form];
}

function shipping(view, leave) {
  const carrier = remembered(view, 'carrier', { required: true, maxlength: '60', list: 'carriers' });
  const number = remembered(view, 'tracking', { required: true, maxlength: '60', enterkeyhint: 'done' });
  view.scanned = (text) => { number.value = view.typed.tracking = text; };
  return [h('form', { onsubmit: (event) => { event.preventDefault(); leave('ship', { carrier: carrier.value.trim(), tracking_number: number.value.trim() }, { done: t('shipped') }); } },
    h('div', { class: 'pair' }, field(t('carrier'), carrier), field(t('tracking'), number)),
    h('datalist', { id: 'carriers' }, ['JNE', 'J&T', 'SiCepat', 'AnterAja', 'Pos Indonesia', 'GoSend', 'GrabExpress'].map((name) => h('option', { value: name }))),
    h('button', { class: 'primary' }, t('ship')))];
}

function collecting(task, view, does, leave, go, second) {
  const code = remembered(view, 'code', { required: true, maxlength: '80', autocapitalize: 'characters', class: 'code', enterkeyhint: 'done' });
  if (given) { code.value = view.typed.code = given; given = ''; }
  const owed = task.amount_due ?? (task.to_pay && { amount: '', currency: 'IDR' }); // nobody said how much: the till knows
  const paid = owed && remembered(view, 'paid', { inputmode: 'decimal', required: true, pattern: '[0-9]+([.][0-9]{1,2})?', value: view.typed.paid ?? owed.amount });
  const by = remembered(view, 'collector', { maxlength: '80' });
  const received = () => (paid ? { amount_received: { amount: paid.value, currency: owed.currency } } : {});
  const collect = async () => {
    const collector = by.value.trim() ? { collector: by.value.trim() } : {};
    const answer = await now(here(`/tasks/${encodeURIComponent(task.task_id)}/collect`), { code: pickupOf(code.value)?.code ?? code.value.trim(), ...received(), ...collector }, { done: t('handed_over'), label: label(task) });
    if (answer && !answer.problem) go('#/');
    else code.select();
  };
  view.scanned = (text) => { code.value = view.typed.code = pickupOf(text)?.code ?? text; };
  if (maySupervise()) {
    second.unshift(button(t('without_code'), () => (!paid || paid.reportValidity()) && handOver(task, received, leave)));
    if (task.code_locked) second.unshift(button(t('unlock'), () => now(here(`/tasks/${encodeURIComponent(task.task_id)}/unlock`), {}, { supervisor: true, done: t('unlocked') })));
  }
  second.push(button(t('undo_ready'), () => does('undo-ready', {}, { done: t('undone') })));
  return [h('form', { onsubmit: (event) => { event.preventDefault(); collect(); } },
    field(t('code'), code, t('code_hint')),
    paid && field(t('received', { currency: owed.currency }), paid),
    h('details', null, h('summary', null, t('somebody_else')), field(t('collector'), by)),
    h('button', { class: 'primary' }, t('hand_over')))];
}

function putBack(task, does) {
  const lines_back = task.lines.filter((line) => (line.aside ?? line.quantity) > 0).map((line) => ({ line_id: line.line_id, quantity: line.aside ?? line.quantity }));
  return [
    button(t('put_back'), () => does('put-back', { lines: lines_back }, { done: t('back_on_shelf') }), 'primary'),
    button(t('write_off'), async () => {
      const said = await fill(t('write_off'), t('write_off'), 'warn', h('p', null, t('write_off_hint')));
      if (said) does('put-back', { lines: lines_back, written_off: true }, { done: t('written_off') });
    }, 'danger'),
  ];
}

