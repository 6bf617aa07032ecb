// What is on a shelf, here and nearby; a count of it; an order for the customer who stands there.

import { NoConnection, call, here, moment, session } from './api.js';
import { field, h, icon, input, show } from './dom.js';
import { hasCamera, read } from './scan.js';
import { now, reason, step } from './steps.js';
import { known, language, t, units } from './words.js';

const whole = { inputmode: 'numeric', pattern: '[0-9]{1,6}', required: true };
const titled = (found) => found.name?.[language] ?? found.name?.id ?? found.sku;

function lookUp(value, look) {
  const code = input({ name: 'sku', value, required: true, maxlength: '64', enterkeyhint: 'search' });
  return h('form', { class: 'scan', onsubmit: (event) => { event.preventDefault(); look(code.value.trim()); } },
    field(t('sku_or_barcode'), code),
    hasCamera() && h('button', { type: 'button', 'aria-label': t('camera'), onclick: async () => { const found = await read(); if (found) look(found); } }, icon('camera')),
    h('button', { class: 'primary' }, t('look_up')));
}

async function ask(code) {
  try {
    const { status, body } = await call('GET', here(`/stock/${encodeURIComponent(code)}`));
    return status === 200 ? { found: body } : { problem: { status, ...body } };
  } catch (error) {
    if (!(error instanceof NoConnection)) throw error;
    return { problem: { code: 'no_connection' } };
  }
}

export function stockView(place, code, go) {
  const result = h('section', { 'aria-live': 'polite' });
  const look = (wanted) => (wanted && wanted !== code ? go(`#/stock/${encodeURIComponent(wanted)}`) : wanted && draw(wanted));
  show(place, h('h1', { tabindex: '-1' }, t('stock')), result, h('div', { class: 'actions' }, lookUp(code, look)));
  async function draw(wanted) {
    const { found, problem } = await ask(wanted);
    if (problem) {
      show(result, h('p', { class: 'note late' }, reason(problem)), h('p', null, h('a', { class: 'as-button', href: `#/count/${encodeURIComponent(wanted)}` }, t('count_it'))));
      return;
    }
    show(result,
      h('h2', null, titled(found), found.variant && ` ${found.variant}`), h('p', { class: 'facts' }, found.sku),
      found.doubtful && h('p', { class: 'note at_risk' }, t('doubtful_stock')),
      found.here && h('dl', { class: 'figures' }, ['available', 'on_hand', 'reserved', 'blocked'].map((name) => h('div', { class: name }, h('dt', null, t(name)), h('dd', null, String(found.here[name]))))),
      h('div', { class: 'row' }, h('a', { class: 'as-button', href: `#/count/${encodeURIComponent(found.sku)}` }, t('count_it')), h('a', { class: 'as-button', href: `#/order/${encodeURIComponent(found.sku)}` }, t('order_it'))),
      h('h3', null, t('nearest')),
      found.nearest.length ? h('ul', { class: 'stores' }, found.nearest.map((store) => h('li', null, h('b', null, store.name ?? store.location_id),
        h('span', null, `${store.distance_km === null ? '' : `${String(store.distance_km).replace('.', language === 'id' ? ',' : '.')} km · `}${units(store.available)}`)))) : h('p', null, t('nowhere')));
  }
  if (code) draw(code);
  return Object.assign(() => {}, { scanned: look });
}

export function countView(place, code) {
  const sku = input({ name: 'sku', value: code, required: true, maxlength: '64' });
  const units = input({ name: 'on_hand', class: 'big', ...whole });
  const form = h('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      const body = { sku: sku.value.trim(), on_hand: Number(units.value), observed_at: moment() };
      if (await step('counts', { body, label: body.sku, done: t('counted', { n: body.on_hand, sku: body.sku }) })) {
        sku.value = units.value = '';
        sku.focus();
      }
    },
  }, field(t('sku_or_barcode'), sku), field(t('how_many'), units, t('how_many_hint')), h('button', { class: 'primary' }, t('send_count')));
  show(place, h('h1', { tabindex: '-1' }, t('count')), h('p', null, t('count_hint')), h('div', { class: 'actions' }, form));
  if (code) units.focus();
  return Object.assign(() => {}, { scanned: (text) => { sku.value = text; units.focus(); } });
}

const ADDRESS = ['street', 'kelurahan', 'kecamatan', 'city', 'province', 'postal_code'];
const NEEDED = ['street', 'city', 'province'];

// Reserved for the customer who stands there; paid here when it is handed over.
export async function orderView(place, code) {
  show(place, h('h1', { tabindex: '-1' }, t('order_it')), h('p', null, t('loading')));
  const { found, problem } = await ask(code);
  if (problem) { show(place, h('h1', { tabindex: '-1' }, t('order_it')), h('p', { class: 'note late' }, reason(problem))); return; }
  const stores = [...(found.here?.available > 0 ? [{ location_id: session.location, name: t('this_store') }] : []), ...found.nearest];
  const address = h('fieldset', { hidden: true }, h('legend', null, t('ship_to')), ADDRESS.map((name) => field(t(`address_${name}`), input({ name, maxlength: '120' }))));
  const how = h('select', { name: 'how', onchange: () => { address.hidden = how.value !== 'delivery'; for (const part of address.querySelectorAll('input')) part.required = !address.hidden && NEEDED.includes(part.name); } },
    stores.map((store) => h('option', { value: store.location_id }, t('pickup_at', { name: store.name ?? store.location_id }))), h('option', { value: 'delivery' }, t('send_home')));
  let agreed = []; // once ticked it keeps its moment: sent again, it is the same request
  const agrees = h('input', { type: 'checkbox', onchange: () => { agreed = agrees.checked ? [{ channel: 'whatsapp', at: moment(), where: 'store' }] : []; } });
  const form = h('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      const said = Object.fromEntries(new FormData(form));
      const contact = { name: said.name.trim(), phone: said.phone.trim(), locale: language, notify: agreed.length ? ['whatsapp', 'sms'] : ['sms'], opt_ins: agreed };
      const goes = said.how === 'delivery'
        ? { method: 'delivery', ship_to: { recipient: contact.name, phone: contact.phone, ...Object.fromEntries(ADDRESS.filter((part) => said[part].trim()).map((part) => [part, said[part].trim()])) } }
        : { method: 'pickup', location_id: said.how };
      const order = await now(here('/orders'), { lines: [{ line_id: '1', sku: found.sku, quantity: Number(said.quantity) }], contact, ...goes }, { done: t('ordered') });
      if (order && !order.problem) show(place, h('h1', { tabindex: '-1' }, t('ordered')), h('p', { class: 'note' }, `${order.order_id} · ${known(`order_${order.status}`, order.status)}`), h('a', { class: 'as-button', href: '#/' }, t('work')));
    },
  },
  h('div', { class: 'pair' }, field(t('how_many'), input({ name: 'quantity', value: '1', ...whole })), field(t('how'), how)),
  field(t('customer_name'), input({ name: 'name', required: true, maxlength: '80' })),
  field(t('phone'), input({ name: 'phone', type: 'tel', required: true, maxlength: '20' })),
  h('label', { class: 'name' }, agrees, h('span', null, t('agrees_whatsapp'))),
  address, h('button', { class: 'primary' }, t('order')));
  show(place, h('h1', { tabindex: '-1' }, t('order_it')), h('p', { class: 'facts' }, `${titled(found)} · ${found.sku}`), h('div', { class: 'actions' }, form));
}
