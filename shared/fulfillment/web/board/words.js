// Words of the page, in one language at a time.

const KEPT = 'board.language';

export let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith('en') ? 'en' : 'id');

let words = await of(language);

async function of(wanted) {
  const { default: all } = await import(`./words-${wanted}.js`);
  return all;
}

export async function speak(wanted) {
  words = await of(wanted);
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

// The sentence of this name, with {words} filled in.
export function t(name, filled) {
  const said = words[name] ?? name;
  return filled ? said.replace(/{(\w+)}/g, (_, word) => filled[word] ?? '') : said;
}

// The sentence of this name, or what else there is.
export const known = (name, otherwise) => words[name] ?? otherwise;

const ZONES = { '+07:00': 'WIB', '+08:00': 'WITA', '+09:00': 'WIT', Z: 'UTC' };

// "14.30 WITA": the clock on the wall of the store, which the server writes into the moment; no phone's zone comes in.
export function clockAndZone(moment) {
  const [, time, zone] = /^\d{4}-\d\d-\d\dT(\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:\d\d)$/.exec(moment) ?? [, moment, ''];
  return [language === 'id' ? time.replace(':', '.') : time, ZONES[zone] ?? zone];
}

export const clock = (moment) => clockAndZone(moment).join(' ');

export const day = (moment) => `${Number(moment.slice(8, 10))}/${Number(moment.slice(5, 7))}`;

// "in 25 min", "3 h late"
export function until(moment, now) {
  const minutes = Math.round((Date.parse(moment) - now) / 60_000);
  const far = Math.abs(minutes);
  const long = far < 60 ? t('minutes', { n: far }) : far < 2880 ? t('hours', { n: Math.round(far / 60) }) : t('days', { n: Math.round(far / 1440) });
  return t(minutes < 0 ? 'ago' : 'in', { words: long });
}

export const units = (n) => t(n === 1 ? 'unit' : 'units', { n });

export const named = (line) => line.name?.[language] ?? line.name?.id ?? line.sku;

export function money(due) {
  const [whole, rest] = due.amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, language === 'id' ? '.' : ',');
  return `${due.currency === 'IDR' ? 'Rp' : due.currency} ${grouped}${rest && Number(rest) ? (language === 'id' ? ',' : '.') + rest : ''}`;
}
