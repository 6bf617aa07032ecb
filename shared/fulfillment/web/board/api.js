// The server, and who talks to it.
//
// The token lies in memory and in sessionStorage. Phones throw pages away that are not looked at; without a copy each
// look at another app would be a new sign-in, some fifty a shift. sessionStorage is this tab's alone, comes back with
// it and ends with it; scripts that could read it do not run here (Content-Security-Policy, Trusted Types). It is never
// in localStorage, in the queue or in an address. PINs are kept nowhere: in memory only until their step is sent.

const KEPT = 'board.session';
const PATIENCE_MS = 30_000; // API Gateway gives up after 29 s
const SAME_CLOCK_MS = 3000; // a Date header says whole seconds, and the way takes time

export const session = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');

export function signedIn(answer, account) {
  const location = answer.locations.includes(session.location) ? session.location : answer.locations[0];
  const { employee, name, role, locations } = answer;
  Object.assign(session, { token: answer.id_token, account, employee, name, role, locations, location });
  keepSession();
}

export function keepSession() {
  sessionStorage.setItem(KEPT, JSON.stringify(session));
}

// The token is no good any more; who worked here, and where, stays for the next sign-in.
export function tokenEnded() {
  delete session.token;
  keepSession();
}

export function signedOut() {
  for (const name of Object.keys(session)) delete session[name];
  sessionStorage.clear();
}

export const isShared = () => session.role === 'device';
export const maySupervise = () => ['supervisor', 'operations', 'device'].includes(session.role);

export class NoConnection extends Error {}

const CLOCK = 'board.clock';

let offset = Number(sessionStorage.getItem(CLOCK) ?? 0);

// The server's clock, as far as it is known, also after a reload without a line: a phone's may be hours off.
export const now = () => Date.now() + offset;
export const moment = () => new Date(now()).toISOString();

// Answers {status, body}; throws NoConnection when nobody answered.
export async function call(method, path, { body, key, person, pin } = {}) {
  const headers = { Accept: 'application/json' };
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  if (key) headers['Idempotency-Key'] = key;
  if (person) Object.assign(headers, { 'X-Employee': person, 'X-Pin': pin });
  if (body) headers['Content-Type'] = 'application/json';
  const begun = Date.now();
  let answer, text;
  try {
    answer = await fetch(path, {
      method, headers, body: body && JSON.stringify(body), cache: 'no-store', credentials: 'omit',
      redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await answer.text();
  } catch {
    throw new NoConnection();
  }
  const told = Date.parse(answer.headers.get('Date') ?? '');
  if (told) {
    const difference = told + 500 - (begun + Date.now()) / 2;
    offset = Math.abs(difference) < SAME_CLOCK_MS ? 0 : difference;
    try { sessionStorage.setItem(CLOCK, offset); } catch { /* full: known until the next reload */ }
  }
  let read = null;
  try { read = JSON.parse(text); } catch { /* not JSON: a gateway's own page */ }
  return { status: answer.status, body: read, text };
}

export const here = (rest) => `v1/locations/${encodeURIComponent(session.location)}${rest}`;
