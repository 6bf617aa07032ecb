// A packing slip and an address label: drawn beside the page, printed, gone.

import { $, h, show } from './dom.js';
import { clock, day, named, t } from './words.js';

function print(kind, ...content) {
  show($('#paper'), h('article', { class: kind }, content));
  document.body.dataset.paper = kind;
  window.print();
}

addEventListener('afterprint', () => { delete document.body.dataset.paper; });

export const printSlip = (task) => print('slip',
  h('h2', null, t('packing_slip')),
  h('p', null, h('b', null, task.order_id), ` · ${t(task.method)} · ${day(task.due_at)} ${clock(task.due_at)}`),
  task.customer_name && h('p', null, task.customer_name),
  h('table', null,
    h('thead', null, h('tr', null, ['units_short', 'goods', 'sku'].map((name) => h('th', { scope: 'col' }, t(name))))),
    h('tbody', null, task.lines.map((line) => h('tr', null, h('td', null, String(line.picked ?? line.quantity)), h('td', null, [named(line), line.variant].filter(Boolean).join(' ')), h('td', null, line.sku))))),
  task.staging && h('p', null, t('at_staging', { staging: task.staging })),
  h('p', { class: 'thanks' }, t('thanks')));

const ADDRESS = [['street'], ['kelurahan', 'kecamatan'], ['city', 'province', 'postal_code'], ['landmark'], ['note']];

export function printLabel(task) {
  const to = task.ship_to ?? {};
  print('label',
    h('p', { class: 'to' }, t('ship_to')),
    h('h2', null, to.recipient ?? task.customer_name ?? ''),
    h('p', { class: 'phone' }, to.phone ?? ''),
    ADDRESS.map((parts) => parts.map((part) => to[part]).filter(Boolean).join(', ')).filter(Boolean).map((line) => h('p', null, line)),
    h('p', { class: 'from' }, `${t('from')}: ${task.location_id} · ${task.order_id}`));
}
