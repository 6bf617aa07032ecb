// A press becomes a step: who does it (on a shared phone), one step only however often it is pressed, and how it went.

import { NoConnection, call, isShared, moment, session } from './api.js';
import { announce, ask, button, field, h, input } from './dom.js';
import { add, again, givePin, lackingPin } from './queue.js';
import { known, t } from './words.js';
import { changed, staff, took } from './work.js';

const LAST = 'board.person';
const underWay = new Set();
let earlier = Promise.resolve();

// Why the server said no, in words of this language; its own where we have none.
export const reason = (problem) => known(`problem_${problem.code}`, null)
  ?.replace('{by}', problem.accepted_by ?? '') ?? (problem.detail || t('problem_other', { status: problem.status ?? '' }));

// {person, pin} on a shared phone, {} on one's own; null when somebody thought better of it.
export async function who({ supervisor = false, wrong = '', first = null } = {}) {
  if (!isShared()) return {};
  const people = (await staff()).filter((person) => (!supervisor || person.role !== 'picker') && person.role !== 'device');
  const before = first ?? sessionStorage.getItem(LAST);
  return ask(t(supervisor ? 'which_supervisor' : 'who_are_you'), (close) => {
    const pin = input({ type: 'password', inputmode: 'numeric', pattern: '[0-9]{4}', maxlength: '4', minlength: '4', required: true, class: 'pin', name: 'pin',
      oninput: () => { if (pin.value.length === 4 && form.reportValidity()) form.requestSubmit(); } });
    const names = people.map((person) => h('label', { class: 'name' },
      h('input', { type: 'radio', name: 'person', value: person.employee, required: true, checked: person.employee === before || people.length === 1, onchange: () => pin.focus() }),
      h('span', null, person.name ?? person.employee, h('small', null, `${person.employee} · ${t(`role_${person.role}`)}`))));
    const form = h('form', {
      onsubmit: (event) => {
        event.preventDefault();
        const person = new FormData(form).get('person');
        sessionStorage.setItem(LAST, person);
        close({ person, pin: pin.value });
      },
    },
    h('fieldset', { class: 'names' }, h('legend', null, t('name')), names.length ? names : h('p', null, t('no_names'))),
    field(t('pin'), pin, wrong || undefined),
    h('div', { class: 'row' }, button(t('cancel'), () => close()), h('button', { class: 'primary' }, t('ok'))));
    queueMicrotask(() => { if (form.querySelector(':checked')) pin.focus(); });
    return form;
  });
}

// One press, one step: while it is on its way, the same press again is no other one. Another step takes its turn.
export async function once(what, press) {
  if (underWay.has(what)) return undefined;
  underWay.add(what);
  document.body.classList.add('busy');
  const turn = earlier.then(press);
  earlier = turn.catch(() => {});
  try {
    return await turn;
  } finally {
    underWay.delete(what);
    document.body.classList.toggle('busy', underWay.size > 0);
  }
}

// Does the step now or, without a line, as soon as there is one. True when it is done or on its way.
export function step(name, options) {
  return once(JSON.stringify([name, options.task_id, options.body]), async () => {
    const person = await who(options);
    if (!person) return false;
    return told(await finish(await withDone(name, options, person), options), options);
  });
}

const TIMED = ['pick', 'ready', 'put-back'];

function withDone(name, { task_id, body = {}, label }, person) {
  const when = TIMED.includes(name) ? { done_at: moment() } : {};
  const going = add(name, { task_id, body: { ...body, ...when }, who: person, label });
  changed();
  return going;
}

// A wrong PIN is asked for again; the step waits meanwhile.
async function finish(outcome, options) {
  while (outcome.state === 'pin') {
    const person = await who({ ...options, wrong: reason(outcome.problem) });
    if (!person) return { state: 'waiting' };
    outcome = await again(outcome.key, person);
  }
  return outcome;
}

function told(outcome, { done, label }) {
  if (outcome.state === 'done') {
    took(outcome.body);
    announce(done ?? t('done'), 'good');
  } else if (outcome.state === 'waiting') {
    changed();
    announce(t(session.token ? 'will_be_sent' : 'sign_in_again'));
  } else {
    changed();
    announce(`${label ? `${label}: ` : ''}${reason(outcome.problem)}`, 'bad');
  }
  return outcome.state !== 'refused';
}

export async function tryAgain(entry) {
  await once(entry.key, async () => {
    const person = entry.person ? await who() : {};
    if (person) told(await finish(await again(entry.key, person), {}), { label: entry.label });
  });
}

// PINs are forgotten with the page; steps that wait for one ask for it. Whoever is not there any more does not hold a
// step up for ever: a colleague may answer for it, and stands in the story.
export async function askPin() {
  const lacking = lackingPin();
  const person = lacking && await who({ first: lacking.person, supervisor: lacking.name === 'hand-over' });
  if (!person) return;
  if (person.person === lacking.person) await givePin(person.person, person.pin);
  else told(await finish(await again(lacking.key, person), {}), { label: lacking.label });
  changed();
}

const keys = new Map();

// For what must have its answer now. Pressed again after a lost answer it is the same request.
export function now(path, body, { supervisor, done, method = 'POST', label } = {}) {
  return once(`${method} ${path}`, async () => {
    const person = await who({ supervisor });
    if (!person) return null;
    const same = `${method} ${path} ${JSON.stringify(body)}`;
    if (!keys.has(same)) keys.set(same, crypto.randomUUID());
    let answer;
    try {
      answer = await call(method, path, { body, key: keys.get(same), ...person });
    } catch (error) {
      if (!(error instanceof NoConnection)) throw error;
      announce(t('needs_connection'), 'bad');
      return null;
    }
    if (answer.status < 500) keys.delete(same);
    if (answer.status < 300) {
      took(answer.body);
      announce(done ?? t('done'), 'good');
      return answer.body ?? {};
    }
    const problem = { status: answer.status, ...answer.body };
    announce(`${label ? `${label}: ` : ''}${answer.status === 401 ? t('sign_in_again') : reason(problem)}`, 'bad');
    return { problem };
  });
}

