// Elements are made, never written: text stays text, whoever wrote it.

export function h(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'value') made.value = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

export const $ = (selector, within = document) => within.querySelector(selector);

export const show = (place, ...children) => place.replaceChildren(...children.flat(3).filter(Boolean));

let icons = 0;

// Shapes say the same as colours do.
const SHAPES = {
  on_time: 'M3 8.5 6.5 12 13 4.5', at_risk: 'M8 2 15 14H1zM8 6v4M8 11.6v.8', late: 'M8 1.5v7l4 3M1.5 8a6.5 6.5 0 1 0 13 0 6.5 6.5 0 0 0-13 0',
  back: 'M10 2 4 8l6 6', work: 'M3 3h10v11H3zM6 3V1.5h4V3M5.5 7h5M5.5 10h5', stock: 'M1.5 3v10M4 3v10M6 3v10M9 3v10M11 3v10M14.5 3v10',
  count: 'M2 2h12v4H2zM2 6h12v4H2zM2 10h12v4H2z', more: 'M2 4h12M2 8h12M2 12h12', camera: 'M1.5 5h3L6 3h4l1.5 2h3v8h-13zM8 11a2.2 2.2 0 1 0 0-4.4A2.2 2.2 0 0 0 8 11',
  pickup: 'M3 5h10l-.7 9H3.7zM5.5 7V4.500a2.500 2.500 0 0 1 5 0V7', delivery: 'M1 4h8.500v7H1zM9.500 6.500H13l2 2.500v2H9.500M4 13.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3M12 13.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3',
};
const SVG = 'http://www.w3.org/2000/svg';

export function icon(name) {
  const drawn = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  drawn.setAttribute('viewBox', '0 0 16 16');
  drawn.setAttribute('aria-hidden', 'true');
  drawn.setAttribute('class', 'icon');
  path.setAttribute('d', SHAPES[name]);
  drawn.append(path);
  return drawn;
}

// A labelled field; what is wrong with it is said beside it.
export function field(label, input, hint) {
  const id = `field-${(icons += 1)}`;
  input.id = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return h('div', { class: 'field' }, h('label', { for: id }, label), input, hint && h('p', { class: 'hint', id: `${id}-hint` }, hint));
}

export const input = (props) => h('input', { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', ...props });

export const button = (label, onclick, kind = '') => h('button', { type: 'button', class: kind, onclick }, label);

// The second half of a double click lands on whatever is drawn there by then, and means nothing; but what counts one up
// may be pressed as fast as anybody can. A mouse's click says which half it is; a finger's is known by place and time.
const DOUBLE_TAP = { ms: 300, px: 30 };
export function onlyFirstHalves() {
  let before = { timeStamp: -Infinity };
  addEventListener('click', (click) => {
    const soon = click.timeStamp - before.timeStamp < DOUBLE_TAP.ms;
    const near = Math.hypot(click.clientX - before.clientX, click.clientY - before.clientY) < DOUBLE_TAP.px;
    const second = click.detail > 1 || (click.detail === 1 && click.pointerType !== 'mouse' && soon && near);
    before = click;
    if (!second || !click.target.closest('button') || click.target.closest('.stepper')) return;
    click.preventDefault();
    click.stopImmediatePropagation();
  }, true);
}

// For those who do not look: one short sentence. For those who do: the same, for some seconds.
let fading;
export function announce(text, kind = '') {
  const place = $('#said');
  clearTimeout(fading);
  place.className = kind;
  place.textContent = '';
  requestAnimationFrame(() => { place.textContent = text; });
  fading = setTimeout(() => { place.textContent = ''; }, 7000);
}

// A question over the page. `build(close)` gives its content; resolves with what `close` is called with.
export function ask(title, build) {
  return new Promise((resolve) => {
    const close = (answer = null) => { resolve(answer); dialog.close(); dialog.remove(); };
    const dialog = h('dialog', { 'aria-labelledby': 'asked', onclose: () => { resolve(null); dialog.remove(); } },
      h('h2', { id: 'asked' }, title), build(close));
    document.body.append(dialog);
    dialog.showModal();
  });
}
