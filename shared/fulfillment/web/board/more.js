// Everything else: what waits to be sent, sound and language, the store's pause, people.

import { here, isShared, keepSession, maySupervise, now as time, session } from './api.js';
import { chime, isQuiet, setQuiet } from './alert.js';
import { $, ask, button, field, h, input, show } from './dom.js';
import { choice, fill } from './forms.js';
import { steps, stepsOfOthers, waitingSteps } from './queue.js';
import { askPin, now } from './steps.js';
import { troubles } from './task.js';
import { language, t } from './words.js';
import { staff, start, forget } from './work.js';

export function moreView(place, app) {
  let drawn = '';
  function draw() {
    const others = stepsOfOthers();
    const said = JSON.stringify([steps(), isQuiet(), session]);
    if (said === drawn) return;
    drawn = said;
    show(place,
      h('h1', { tabindex: '-1' }, t('more')),
      h('p', { class: 'facts' }, [session.name, session.employee ?? session.account, t(`role_${session.role}`)].filter(Boolean).join(' · ')),
      troubles(),
      waiting(), others.length > 0 && h('p', { class: 'note at_risk' }, t('of_others', { n: others.length, account: [...new Set(others.map((step) => step.account))].join(', ') })),
      session.locations.length > 1 && field(t('store'), h('select', { onchange: (event) => { session.location = event.target.value; keepSession(); forget(); start(); app.draw(); } },
        session.locations.map((id) => h('option', { value: id, selected: id === session.location }, id)))),
      h('div', { class: 'choices' },
        button(t(language === 'id' ? 'in_english' : 'in_indonesian'), () => app.speak(language === 'id' ? 'en' : 'id')),
        button(t(isQuiet() ? 'sound_on' : 'sound_off'), () => { setQuiet(!isQuiet()); if (!isQuiet()) chime(); draw(); })),
      maySupervise() && supervision(),
      h('div', { class: 'choices' }, button(t('sign_out'), () => signOut(app), 'danger')));
  }
  draw();
  return draw;
}

function waiting() {
  const left = waitingSteps();
  if (!left.length) return h('p', { class: 'facts' }, t('all_sent'));
  const lacking = isShared();
  return h('section', { class: 'note unsent' }, h('h2', null, t('waiting_steps', { n: left.length })),
    h('ol', null, left.map((step) => h('li', null, `${t(`step_${step.name}`)} · ${step.label}`))),
    lacking && button(t('give_pin'), askPin));
}

async function signOut(app) {
  const left = waitingSteps().length;
  if (await sure(t('sign_out'), t(left ? 'sign_out_waiting' : 'sign_out_sure', { n: left }))) app.signOut();
}

const sure = (title, told, kind = '') => ask(title, (close) => [h('p', null, told),
  h('div', { class: 'row' }, button(t('cancel'), () => close()), button(title, () => close(true), `primary ${kind}`))]);

// --- supervisors

function supervision() {
  return h('section', { class: 'choices' }, h('h2', null, t('supervisor')),
    button(t('pause'), pause), button(t('resume'), () => now(here('/resume'), {}, { supervisor: true, done: t('resumed') })),
    button(t('capacity'), capacity), button(t('people'), people));
}

const UNTIL_MINUTES = { 30: 30, 60: 60, 120: 120, '': 0 };
const WHY_PAUSED = ['busy', 'short_staffed', 'stocktake', 'incident', 'other'];

async function pause() {
  const said = await fill(t('pause'), t('pause'), 'warn', h('p', null, t('pause_hint')),
    choice(t('how_long'), 'minutes', Object.keys(UNTIL_MINUTES), (value) => (value ? t('minutes', { n: value }) : t('until_resumed'))),
    choice(t('why'), 'reason', WHY_PAUSED, (value) => t(`paused_${value}`)));
  if (!said) return;
  const until = said.minutes ? { until: new Date(time() + said.minutes * 60_000).toISOString() } : {};
  await now(here('/pause'), { reason: said.reason, ...until }, { supervisor: true, done: t('paused') });
}

async function capacity() {
  const said = await fill(t('capacity'), t('set'), '', choice(t('of'), 'method', ['pickup', 'delivery'], t),
    field(t('per_hour'), input({ name: 'per_hour', inputmode: 'numeric', pattern: '[0-9]{1,4}' })), h('p', null, t('per_hour_hint')));
  if (!said) return;
  const most = said.per_hour === '' ? null : Number(said.per_hour);
  await now(here('/capacity'), { method: said.method, per_hour: most }, { supervisor: true, done: t('capacity_set') });
}

async function people() {
  const known = await staff();
  await ask(t('people'), (close) => [
    h('ul', { class: 'stores' }, known.map((person) => h('li', null, h('b', null, person.name ?? person.employee), h('span', null, `${person.employee} · ${t(`role_${person.role}`)} `),
      button(t('reset'), async () => { close(); paper(person, await now(here(`/staff/${encodeURIComponent(person.employee)}/reset`), {}, { supervisor: true })); }),
      person.employee !== session.employee && button(t('let_go'), () => { close(); letGo(person); }, 'danger')))),
    h('div', { class: 'row' }, button(t('close'), () => close()), button(t('add_person'), () => { close(); add(); }, 'primary'))]);
}

async function letGo({ employee, name }) {
  if (!await sure(t('let_go'), t('let_go_sure', { name: name ?? employee }), 'warn')) return;
  await now(here(`/staff/${encodeURIComponent(employee)}`), undefined, { supervisor: true, method: 'DELETE', done: t('let_go_done', { name: name ?? employee }) });
}

async function add() {
  const said = await fill(t('add_person'), t('set'), '',
    field(t('employee'), input({ name: 'employee', required: true, maxlength: '32' })), field(t('name'), input({ name: 'name', required: true, maxlength: '80' })),
    choice(t('role'), 'role', ['picker', 'supervisor'], (role) => t(`role_${role}`)));
  if (!said) return;
  paper(said, await now(here(`/staff/${encodeURIComponent(said.employee.trim())}`), { name: said.name.trim(), role: said.role }, { supervisor: true, method: 'PUT' }));
}

// Shown and printed once, kept nowhere.
function paper(person, answer) {
  if (!answer?.one_time_password && !answer?.pin) return;
  const slip = () => h('dl', { class: 'secret' }, [['employee', answer.employee], ['password', answer.one_time_password], ['pin', answer.pin]]
    .filter(([, value]) => value).map(([name, value]) => [h('dt', null, t(name)), h('dd', null, value)]));
  show($('#paper'), h('article', { class: 'slip' }, h('h2', null, answer.name ?? person.name), slip()));
  document.body.dataset.paper = 'slip';
  ask(answer.name ?? person.name, (close) => [h('p', null, t('secret_hint')), slip(), h('div', { class: 'row' }, button(t('print'), () => window.print()), button(t('close'), () => close(), 'primary'))])
    .then(() => { show($('#paper')); delete document.body.dataset.paper; });
}

