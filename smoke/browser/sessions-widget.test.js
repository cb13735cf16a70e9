// The widget of class sessions in a page of another origin: what it shows, its keyboard, its states, its policy, and how it looks on a phone.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findings, launch, openPage, picture, server, sideways } from './browser.js';

const { url, token } = server();
const ALL = ['critical', 'serious', 'moderate', 'minor'];
let browser;
let partner;
let origin;
let publishable;

/** The page of a partner, with a policy that allows nothing but this server. */
function html({ attributes = '', style = '' }) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Timetable</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">${style}
<script src="${url}/widgets/sessions.js" defer></script></head>
<body><main><h1>Timetable</h1><guildhall-sessions token="${publishable}" ${attributes}></guildhall-sessions></main></body></html>`;
}

async function api(method, path, body) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

before(async () => {
  partner = createServer((request, response) => {
    if (request.url === '/page.css') {
      // Rules that would break a widget without a shadow root.
      response.setHeader('Content-Type', 'text/css').end('* { color: inherit } body { font-family: serif; margin: 1rem } .card, .days, button { display: none !important }');
      return;
    }
    const { searchParams } = new URL(request.url, 'http://localhost');
    response.setHeader('Content-Type', 'text/html');
    response.setHeader('Content-Security-Policy', `default-src 'none'; script-src ${url}; connect-src ${url}; style-src 'self'; img-src data:`);
    response.end(html({ attributes: searchParams.get('attributes') ?? '' }));
  });
  await new Promise((resolve) => { partner.listen(0, '127.0.0.1', resolve); });
  origin = `http://127.0.0.1:${partner.address().port}`;
  const consumer = await api('POST', '/platform/consumers', {
    name: `Widget test ${Date.now()}`, owner_name: 'Maria Rossi', contact_email: 'maria@winterstreet.example', scopes: ['schedule:read:public'],
  });
  publishable = (await api('POST', '/platform/tokens', {
    consumer_id: consumer.id, kind: 'publishable', name: 'Widget test', origins: [origin], scopes: ['schedule:read:public'],
  })).token;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  partner.close();
});

/** A page whose requests may go to the partner's page and to the server only. */
async function open(view = {}, attributes = '', prepare = null) {
  const opened = await openPage(browser, view);
  const wrong = () => opened.wrong.filter((line) => !line.startsWith(`another host: ${origin}/`));
  if (prepare) {
    await prepare(opened.page);
  }
  await opened.page.goto(`${origin}/?attributes=${encodeURIComponent(attributes)}`);
  return { ...opened, wrong };
}

/** Answers the widget's requests with these sessions. */
function answering(sessions) {
  return (page) => page.route(`${url}/api/v1/schedule/public-sessions?*`, (route) => route.fulfill({
    status: 200, headers: { 'Access-Control-Allow-Origin': origin }, json: { data: sessions, page: { next_cursor: null, has_more: false } },
  }));
}

/** A session of today at this hour (UTC), an hour long. */
function session(number, values = {}) {
  const date = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  return {
    id: `ses_${String(number).padStart(26, '0')}`, name: `Class ${number}`, starts_at: `${date}T10:00:00.000000Z`, ends_at: `${date}T11:00:00.000000Z`,
    local: { date, time: '10:00', zone: 'UTC' }, state: 'scheduled', capacity: 10, free: 3, waiting: 0, waitlist_places: 5,
    booking_opens_at: '2026-01-01T10:00:00.000000Z', booking_closes_at: `${date}T10:00:00.000000Z`, waitlist_closes_at: `${date}T08:00:00.000000Z`, ...values,
  };
}

test('sessionsWidget_script_isSmall', async () => {
  const answer = await fetch(`${url}/widgets/sessions.js`);
  assert.equal(answer.status, 200);
  assert.ok(gzipSync(await answer.text()).length <= 15_000);
});

for (const [name, view] of Object.entries({
  desktop: {}, desktopDark: { dark: true }, phone: { width: 390, height: 844 }, phoneDark: { width: 390, height: 844, dark: true },
})) {
  test(`sessionsWidget_${name}_isWholeAndAccessible`, async () => {
    const { page, wrong, calls, close } = await open(view);
    await page.locator('.card').first().waitFor();
    await picture(page, `sessions-widget-${name}`);
    assert.equal(await sideways(page), 0);
    assert.deepEqual(await findings(page, ALL), []);
    assert.deepEqual(wrong(), []);
    assert.ok(calls.every((call) => call.url().startsWith(`${url}/api/v1/schedule/public-sessions?`)));
    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    assert.deepEqual(kept, [0, 0, '']);
    await close();
  });
}

test('sessionsWidget_sessions_areThoseOfTheApi', async () => {
  const { page, wrong, close } = await open();
  await page.locator('.card').first().waitFor();
  const [call] = await Promise.all([page.waitForResponse((answer) => answer.url().includes('/schedule/public-sessions?') && answer.request().method() === 'GET'),
    page.locator('guildhall-sessions').evaluate((widget) => widget.refresh())]);
  const found = await call.json();
  const names = await page.locator('.card .name').allInnerTexts();
  assert.ok(names.length > 0);
  assert.ok(names.every((name) => found.data.some((one) => one.name === name)));
  assert.deepEqual(wrong(), []);
  await close();
});

test('sessionsWidget_states_haveTheirWords', async () => {
  const states = [
    [{}, '3 places free'], [{ free: 1 }, '1 place free'], [{ free: 0 }, 'Full, waiting list open'], [{ free: 0, waiting: 2 }, 'Full, waiting list open (2 waiting)'],
    [{ free: 0, waiting: 5 }, 'Full'],
    [{ free: 0, waitlist_closes_at: '2026-01-01T10:00:00Z' }, 'Full'], [{ booking_opens_at: '2126-01-01T10:00:00Z' }, 'Booking not open yet'],
    [{ booking_closes_at: '2026-01-01T10:00:00Z' }, 'Booking closed'],
    [{ state: 'canceled' }, 'Canceled'], [{ state: 'running' }, 'Running now'], [{ state: 'over' }, 'Over'],
  ];
  const { page, close } = await open({}, '', answering(states.map(([values], number) => session(number, values))));
  await page.locator('.card').first().waitFor();
  assert.deepEqual(await page.locator('.card .state').allInnerTexts(), states.map(([, words]) => words));
  assert.deepEqual(await findings(page, ALL), []);
  await close();
});

test('sessionsWidget_text_isNeverHtml', async () => {
  const { page, wrong, close } = await open({}, `book-url="https://gym.example/book?session={session}"`, answering([session(1, { name: '<img src=x onerror=alert(1)>' })]));
  const card = page.locator('a.card');
  await card.waitFor();
  assert.equal(await card.locator('.name').innerText(), '<img src=x onerror=alert(1)>');
  assert.equal(await card.getAttribute('href'), `https://gym.example/book?session=${session(1).id}`);
  assert.deepEqual(wrong(), []);
  await close();
});

test('sessionsWidget_arrowKeys_goBetweenDaysAndCards', async () => {
  const next = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const sessions = [session(1), session(2), session(3, { starts_at: `${next}T10:00:00Z`, ends_at: `${next}T11:00:00Z`, local: { date: next, time: '10:00', zone: 'UTC' } })];
  const { page, close } = await open({}, '', answering(sessions));
  await page.locator('.card').first().focus();
  const focused = () => page.locator('guildhall-sessions').evaluate((widget) => widget.shadowRoot.activeElement?.querySelector('.name')?.textContent);
  assert.equal(await focused(), 'Class 1');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'Class 2');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'Class 3');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), 'Class 1');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Class 2', 'one stop a card');
  await page.locator('guildhall-sessions').evaluate((widget) => widget.refresh());
  assert.equal(await focused(), 'Class 2', 'the focus stays when the sessions are read again');
  await close();
});

test('sessionsWidget_changedPlaces_areToldToScreenReaders', async () => {
  let free = 3;
  const { page, close } = await open({}, '', (opened) => opened.route(`${url}/api/v1/schedule/public-sessions?*`, (route) => route.fulfill({
    status: 200, headers: { 'Access-Control-Allow-Origin': origin }, json: { data: [session(1, { free })], page: { next_cursor: null, has_more: false } },
  })));
  await page.locator('.card').first().waitFor();
  const heard = page.locator('.hear');
  assert.equal(await heard.textContent(), '1 sessions shown.');
  free = 1;
  await page.locator('guildhall-sessions').evaluate((widget) => widget.refresh());
  assert.match(await heard.textContent(), /Class 1, .*: 1 place free/);
  await close();
});

test('sessionsWidget_otherZone_isNamed', async () => {
  const { page, close } = await open({}, '', answering([session(1, { local: { date: session(1).local.date, time: '21:00', zone: 'Australia/Sydney' } })]));
  await page.locator('.card').first().waitFor();
  assert.match(await page.locator('.card .time').innerText(), /9:00\sPM.*GMT\+11|21:00.*AEDT|9:00\sPM.*AEDT/);
  assert.equal(await page.locator('.note').innerText(), 'Times are those of Australia/Sydney.');
  await close();
});

test('sessionsWidget_emptyWeek_saysSo_andTheNextWeekIsAsked', async () => {
  const { page, calls, close } = await open({}, 'text-empty="Diese Woche ist frei." text-next="Nächste Woche"', answering([]));
  await page.getByText('Diese Woche ist frei.').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Previous week' }).isDisabled(), true);
  const before = calls.length;
  await page.getByRole('button', { name: 'Nächste Woche' }).click();
  await page.waitForFunction(() => !document.querySelector('guildhall-sessions').shadowRoot.querySelector('[data-go=previous]').disabled);
  assert.equal(calls.length, before + 1);
  await close();
});

test('sessionsWidget_wrongToken_saysSo_andTellsThePage', async () => {
  const { page, close } = await open();
  await page.locator('.card').first().waitFor();
  const told = await page.locator('guildhall-sessions').evaluate((widget) => new Promise((resolve) => {
    widget.addEventListener('guildhall-error', (event) => resolve(event.detail));
    widget.setAttribute('token', 'gld_pub_wrong');
  }));
  assert.equal(told.status, 401);
  await page.getByRole('alert').filter({ hasText: 'can’t be shown' }).waitFor();
  assert.equal(await page.locator('.card').count(), 0);
  await close();
});

test('sessionsWidget_refusedLater_showsNothing_butKeepsItsSessionsWhileTheServerIsBusy', async () => {
  let status = 200;
  const { page, close } = await open({}, '', (opened) => opened.route(`${url}/api/v1/schedule/public-sessions?*`, (route) => route.fulfill({
    status, headers: { 'Access-Control-Allow-Origin': origin },
    json: status === 200 ? { data: [session(1)], page: { next_cursor: null, has_more: false } } : { code: 'refused', detail: 'Not now.' },
  })));
  await page.locator('.card').first().waitFor();
  status = 503;
  await page.locator('guildhall-sessions').evaluate((widget) => widget.refresh());
  assert.equal(await page.locator('.card').count(), 1, 'a busy server');
  status = 401;
  await page.locator('guildhall-sessions').evaluate((widget) => widget.refresh());
  assert.equal(await page.locator('.card').count(), 0, 'a revoked token');
  await close();
});

test('sessionsWidget_withoutConnection_keepsWhatItShows', async () => {
  const { page, close } = await open({}, '', (opened) => opened.clock.install());
  await page.locator('.card').first().waitFor();
  const alert = page.getByRole('alert').filter({ hasText: 'no connection' });
  // The widget reads again each minute, by the page's clock. The browser needs a while to lose its network, and to get it back.
  const minutesUntil = async (state) => {
    for (let minute = 0; minute < 10 && await alert.count() !== (state === 'attached' ? 1 : 0); minute++) {
      await page.clock.fastForward(61_000);
      await alert.waitFor({ state, timeout: 3_000 }).catch(() => {});
    }
    await alert.waitFor({ state, timeout: 1_000 });
  };
  await page.context().setOffline(true);
  await minutesUntil('attached');
  assert.ok(await page.locator('.card').count() > 0);
  assert.deepEqual(await findings(page, ALL), []);
  await page.context().setOffline(false);
  await minutesUntil('detached');
  await close();
});

test('sessionsWidget_lookup_tellsOfAVisitorsOwnBooking', async () => {
  const answers = (page) => page.route(`${url}/api/v1/schedule/bookings/lookup`, (route) => {
    const asked = route.request().method() === 'POST' ? route.request().postDataJSON() : null;
    const headers = { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Headers': 'authorization, content-type' };
    return asked?.code === 'T5RXCM8QHE'
      ? route.fulfill({ status: 200, headers, json: { reference: asked.reference, state: 'waitlisted', position: 2, held_until: null, offered_until: null, session: session(1) } })
      : route.fulfill({ status: 404, headers, json: { code: 'not_found', detail: 'There is no such booking.' } });
  });
  const { page, close } = await open({}, 'lookup', async (opened) => {
    await answering([session(1)])(opened);
    await answers(opened);
  });
  await page.getByText('Find a booking').click();
  await page.getByLabel('Reference').fill(' k7m4xw2p ');
  await page.getByLabel('Code').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('There is no booking with this reference and code.').waitFor();
  await page.getByLabel('Code').fill('t5rxcm8qhe');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByText(/Class 1, .*: On the waiting list, number 2\./).waitFor();
  assert.deepEqual(await findings(page, ALL), []);
  await close();
});
