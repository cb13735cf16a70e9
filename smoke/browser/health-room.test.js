// The operators' page: the provider summary and the backbone with a pasted token, on a desktop and a phone, light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, launch, openPage, picture, server, sideways } from './browser.js';

const { url, token } = server();
const ALL = ['critical', 'serious', 'moderate', 'minor'];
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function read(path) {
  const answer = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return answer.json();
}

async function show(page) {
  await page.goto(`${url}/health-room`);
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Show the room' }).click();
  await page.getByRole('heading', { name: 'Workflow Backbone' }).waitFor();
  assert.equal(await page.getByLabel('API token').isVisible(), false, 'the form is gone');
}

for (const [name, view] of Object.entries({
  desktop: {}, desktopDark: { dark: true }, phone: { width: 390, height: 844 }, phoneDark: { width: 390, height: 844, dark: true },
})) {
  test(`healthRoom_${name}_isWholeAndAccessible`, async () => {
    const { page, wrong, close } = await openPage(browser, view);
    await page.goto(`${url}/health-room`);
    assert.deepEqual(await findings(page, ALL), []);
    await show(page);
    await picture(page, `health-room-${name}`);
    await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    assert.equal(await sideways(page), 0);
    assert.deepEqual(await findings(page, ALL), []);
    assert.deepEqual(wrong, []);
    await close();
  });
}

test('healthRoom_showsWhatTheApiAnswers', async () => {
  const { page, wrong, calls, close } = await openPage(browser);
  const [summary, backbone] = await Promise.all([read('/api/v1/providers/summary'), read('/api/v1/overview/backbone')]);
  await show(page);
  assert.equal(calls.length, 2, 'two requests');
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), summary.room.title);
  assert.deepEqual(await page.locator('.figure').allInnerTexts(), [...summary.cards, ...backbone.cards].map((card) => card.value));
  assert.deepEqual(await page.locator('section[aria-labelledby=queue] .name').allInnerTexts(), summary.queue.signals.map((found) => found.name));
  assert.deepEqual(await page.locator('section[aria-labelledby=backbone-queue] .name').allInnerTexts(), backbone.queue.items.map((found) => found.title));
  assert.deepEqual(await page.locator('section[aria-labelledby=runbook] h3').allInnerTexts(), ['Observe', 'Alert', 'Recover', 'Close']);
  assert.deepEqual(wrong, []);
  await close();
});

test('healthRoom_token_isInMemoryOnly', async () => {
  const { page, close } = await openPage(browser);
  await show(page);
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href].join(' '));
  assert.ok(!kept.includes(token));
  await page.getByRole('button', { name: 'Forget the token' }).click();
  assert.equal(await page.getByLabel('API token').inputValue(), '');
  assert.equal(await page.locator('#room section').count(), 0);
  await page.reload();
  assert.equal(await page.getByLabel('API token').inputValue(), '');
  await close();
});

test('healthRoom_wrongToken_isTold', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${url}/health-room`);
  await page.getByLabel('API token').fill('gld_live_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  assert.equal(await page.locator('#room section').count(), 0);
  await close();
});
