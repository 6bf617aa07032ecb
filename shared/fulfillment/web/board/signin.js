// Who is there: the one screen that is shown without a token.

import { NoConnection, call, session, signedIn } from './api.js';
import { announce, button, field, h, input, show } from './dom.js';
import { waitingSteps } from './queue.js';
import { reason } from './steps.js';
import { language, t } from './words.js';

export function signInView(place, app) {
  const name = input({ name: 'username', autocomplete: 'username', required: true, maxlength: '128', value: session.account ?? '' });
  const password = input({ name: 'password', type: 'password', autocomplete: 'current-password', required: true, maxlength: '256' });
  const wanted = input({ name: 'new_password', type: 'password', autocomplete: 'new-password', minlength: '12', maxlength: '256' });
  const renew = h('div', { hidden: true }, h('p', { class: 'note' }, t('new_password_why')), field(t('new_password'), wanted, t('new_password_hint')));
  const wrong = h('p', { class: 'note late', role: 'alert', hidden: true });
  const left = session.account ? waitingSteps().length : 0;

  async function send(event) {
    event.preventDefault();
    wrong.hidden = true;
    const body = { username: name.value.trim(), password: password.value };
    if (!renew.hidden) body.new_password = wanted.value;
    let answer;
    try {
      answer = await call('POST', 'v1/sign-in', { body, key: crypto.randomUUID() });
    } catch (error) {
      if (!(error instanceof NoConnection)) throw error;
      answer = { status: 0, body: { code: 'no_connection' } };
    }
    if (answer.status === 200 && answer.body.new_password_required && !answer.body.id_token) {
      renew.hidden = false;
      wanted.required = true;
      wanted.focus();
    } else if (answer.status === 200 && !answer.body.locations?.length) {
      say(t('no_store'));
    } else if (answer.status === 200) {
      signedIn(answer.body, body.username.toLowerCase()); // sign-in knows no capitals: the steps kept are of one account
      announce('');
      app.signedIn();
    } else {
      say(reason({ status: answer.status, ...answer.body }));
      password.select();
    }
  }

  function say(text) {
    wrong.textContent = text;
    wrong.hidden = false;
  }

  show(place, h('div', { class: 'door' },
    h('img', { src: 'board/icon.svg', alt: '', width: 64, height: 64 }),
    h('h1', { tabindex: '-1' }, t('title')),
    session.account && h('p', { class: 'note at_risk' }, t('token_ended'), left > 0 && ` ${t('steps_are_kept', { n: left })}`),
    wrong,
    h('form', { onsubmit: send }, field(t('employee'), name), field(t('password'), password), renew, h('button', { class: 'primary' }, t('sign_in'))),
    h('p', { class: 'hint' }, t('sign_in_help')),
    button(t(language === 'id' ? 'in_english' : 'in_indonesian'), () => app.speak(language === 'id' ? 'en' : 'id'), 'plain')));
  (name.value ? password : name).focus();
}
