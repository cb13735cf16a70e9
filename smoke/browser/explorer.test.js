// The explorer, as somebody uses it in the first hour: a token, a list, two products, the event that tells of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, launch, openPage, picture, server, sideways } from './browser.js';

const { url, token } = server();
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens the reference at an operation, by its group, method and path. */
async function open(page, group, method, path) {
  const place = group ? `#tag/${group}/${method}${path}` : '';
  await page.goto('about:blank');
  await page.goto(`${url}/docs${place}`);
  await page.getByRole('heading', { name: 'Guildhall', level: 1 }).waitFor({ state: 'attached' });
}

/** Sends what is in the open form. @returns the request and its answer */
async function tryIt(page, calls) {
  const sent = calls.length;
  const answered = page.waitForResponse((response) => response.url().startsWith(`${url}/api/`));
  await page.getByRole('dialog').locator('[data-addressbar-action=send]:visible').click();
  const response = await answered;
  assert.equal(calls.length, sent + 1, 'one request is sent');
  return { request: response.request(), status: response.status(), body: await response.json() };
}

async function openForm(page, summary) {
  const button = page.getByRole('region', { name: summary, exact: true }).getByRole('button', { name: /Test Request/ });
  await button.scrollIntoViewIfNeeded();
  await button.click();
  await page.getByRole('dialog').waitFor();
}

async function giveToken(page) {
  const field = page.getByRole('dialog').locator('input[type=password]');
  await field.fill(token);
  assert.equal(await field.getAttribute('type'), 'password', 'the token is hidden');
}

test('explorer_policy_isStrict', async () => {
  const answer = await fetch(`${url}/docs`);
  const policy = answer.headers.get('content-security-policy');
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[A-Za-z0-9+/]{24}'; style-src-attr 'unsafe-inline';/);
  assert.doesNotMatch(policy, /unsafe-eval|https?:|\*/);
  assert.match(policy, /connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
});

test('explorer_firstRun_listsCreatesTwiceAndReadsTheEvent', async () => {
  const { page, wrong, calls, close } = await openPage(browser);
  await open(page, 'products', 'GET', '/api/v1/catalog/products');
  await openForm(page, 'List products');
  await giveToken(page);
  const list = await tryIt(page, calls);
  assert.equal(list.status, 200);
  assert.equal(new URL(list.request.url()).search, '', 'nothing is prefilled');
  assert.ok(list.body.data.length > 0);
  await picture(page, 'list');
  await page.keyboard.press('Escape');

  await page.evaluate(() => location.assign('#tag/products/POST/api/v1/catalog/products'));
  await openForm(page, 'Create a product');
  const first = await tryIt(page, calls);
  const second = await tryIt(page, calls);
  assert.equal(first.status, 201);
  assert.equal(second.status, 201);
  assert.notEqual(first.body.id, second.body.id, 'two products');
  const keys = [first, second].map((created) => created.request.headers()['idempotency-key']);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  assert.notEqual(keys[0], keys[1], 'two keys');
  assert.equal(first.request.headers()['audit-reason'], undefined, 'no sample reason');
  assert.deepEqual(Object.keys(first.request.postDataJSON()), ['name'], 'only what is required is filled in');
  await picture(page, 'create');
  await page.keyboard.press('Escape');

  await page.evaluate(() => location.assign('#tag/audit-events/GET/api/v1/platform/audit-events'));
  await openForm(page, 'List audit events');
  const events = await tryIt(page, calls);
  assert.equal(events.status, 200);
  const told = events.body.data.filter((event) => [first.body.id, second.body.id].includes(event.entity_id));
  assert.deepEqual(told.map((event) => [event.action, event.reason]), [['product.created', null], ['product.created', null]]);
  await picture(page, 'event');
  assert.deepEqual(wrong, []);
  await close();
});

test('explorer_token_isForgottenWithThePage', async () => {
  const { page, wrong, close } = await openPage(browser);
  await open(page);
  await page.locator('input[type=password]').first().fill(token);
  const kept = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, await indexedDB.databases()]));
  assert.ok(!kept.includes(token) && kept.endsWith('"",[]]'), kept);
  await page.reload();
  await page.locator('input[type=password]').first().waitFor();
  assert.equal(await page.locator('input[type=password]').first().inputValue(), '');
  assert.deepEqual(wrong, []);
  await close();
});

test('explorer_resources_haveAGroupEach', async () => {
  const { page, close } = await openPage(browser);
  await open(page);
  for (const name of ['Audit events', 'Products', 'Plan ladders', 'Invitations', 'Household members']) {
    await page.getByRole('navigation').getByText(name, { exact: true }).first().waitFor({ state: 'attached' });
  }
  await close();
});

test('explorer_secondVisit_loadsNothingAnew', async () => {
  const { page, close } = await openPage(browser);
  const bytes = async () => {
    await open(page);
    return page.evaluate(() => performance.getEntriesByType('resource')
      .filter((entry) => entry.name.includes('/docs/'))
      .reduce((total, entry) => total + entry.transferSize, 0));
  };
  const first = await bytes();
  assert.ok(first > 0 && first < 1_400_000, `${first} bytes`);
  assert.equal(await bytes(), 0);
  await close();
});

test('explorer_phone_listsWithoutSidewaysScrolling', async () => {
  const { page, wrong, calls, close } = await openPage(browser, { width: 390, height: 844 });
  await open(page);
  assert.equal(await sideways(page), 0);
  await picture(page, 'phone');
  await open(page, 'products', 'GET', '/api/v1/catalog/products');
  await openForm(page, 'List products');
  await giveToken(page);
  const list = await tryIt(page, calls);
  assert.equal(list.status, 200);
  assert.equal(await sideways(page), 0);
  await picture(page, 'phone-list');
  assert.deepEqual(wrong, []);
  await close();
});

for (const look of [{ dark: false }, { dark: true }, { width: 390, height: 844 }]) {
  const name = look.width ? 'phone' : look.dark ? 'dark' : 'light';
  test(`explorer_${name}_isAccessible`, async () => {
    const { page, close } = await openPage(browser, look);
    await open(page, 'products', 'POST', '/api/v1/catalog/products');
    await page.getByRole('region', { name: 'Create a product', exact: true }).waitFor();
    await page.waitForTimeout(1_000);
    await picture(page, name);
    assert.deepEqual(await findings(page), []);
    await openForm(page, 'Create a product');
    await picture(page, `${name}-form`);
    assert.deepEqual(await findings(page), []);
    await close();
  });
}
