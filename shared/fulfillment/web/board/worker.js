// Keeps the page for when the line is down; never an answer of the API. The newest version is asked for first.

const KEPT = 'board';
const PATIENCE_MS = 3000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  // What the page had loaded before this worker was there.
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(event.data)));
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const home = new URL(self.registration.scope).pathname;
  const is_page = origin === location.origin && event.request.method === 'GET' && (pathname === home || pathname.startsWith(`${home}/`));
  if (is_page) event.respondWith(newestOrKept(event.request));
});

async function newestOrKept(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request.url, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await cache.put(request.url, answer.clone());
    if (answer.status < 500) return answer;
    return (await cache.match(request.url)) ?? answer;
  } catch (error) {
    const kept = await cache.match(request.url);
    if (kept) return kept;
    throw error;
  }
}
