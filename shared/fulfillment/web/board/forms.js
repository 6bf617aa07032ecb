// Questions before a step that cannot be taken lightly.

import { ask, button, field, h, input } from './dom.js';
import { t } from './words.js';

const REASONS = ['not_found', 'damaged', 'no_time', 'closing', 'other'];
const DOCUMENTS = ['ktp', 'sim', 'passport', 'other'];

export const choice = (legend, name, values, words) => h('fieldset', null, h('legend', null, legend),
  values.map((value) => h('label', { class: 'name' }, h('input', { type: 'radio', name, value, required: true }), h('span', null, words(value)))));

// Answers what the form holds, or null.
export const fill = (title, send, kind, ...parts) => ask(title, (close) => {
  const form = h('form', { onsubmit: (event) => { event.preventDefault(); close(Object.fromEntries(new FormData(form))); } },
    ...parts, h('div', { class: 'row' }, button(t('cancel'), () => close()), h('button', { class: `primary ${kind}` }, send)));
  return form;
});

const ABOUT_GOODS = ['not_found', 'damaged'];

export async function refuse(task, leave) {
  const everything = h('input', { type: 'checkbox', name: 'everything', disabled: true });
  const why = choice(t('why'), 'reason', REASONS, (value) => t(`reason_${value}`));
  why.addEventListener('change', (event) => {
    everything.disabled = !ABOUT_GOODS.includes(event.target.value);
    if (everything.disabled) everything.checked = false;
  });
  const said = await fill(t('refuse_title'), t('refuse'), 'warn', why,
    h('label', { class: 'name' }, everything, h('span', null, t('everything'), h('small', null, t('everything_hint')))),
    field(t('note'), input({ name: 'note', maxlength: '200' })));
  if (!said) return;
  const body = { reason: said.reason };
  if (said.note.trim()) body.note = said.note.trim();
  if (said.everything) body.everything = true;
  leave('refuse', body, { done: t('refused') });
}

// Without the code: who it was and what they showed (its kind, never its number), and why.
export async function handOver(task, received, leave) {
  const said = await fill(t('without_code'), t('hand_over'), '',
    h('p', null, t('without_code_hint')),
    field(t('collector'), input({ name: 'collector_name', required: true, maxlength: '80' })),
    choice(t('document'), 'document', DOCUMENTS, (value) => t(`document_${value}`)),
    field(t('why'), input({ name: 'reason', required: true, maxlength: '200' })));
  if (said) leave('hand-over', { ...said, ...received() }, { supervisor: true, done: t('handed_over') });
}
