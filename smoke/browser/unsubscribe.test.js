// The page of an unsubscribe link, as the recipient of a mail sees it: without a token, on a desktop and a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, launch, openPage, picture, server, sideways, unsubscribeLink } from './browser.js';

const { url, token } = server();
const link = unsubscribeLink();
const skip = link ? false : 'no UNSUBSCRIBE_URL';
const SUPPRESSIONS = `${url}/api/v1/tasks/suppressions`;
const ALL = ['critical', 'serious', 'moderate', 'minor'];
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The opt-outs of the address that hold now. */
async function optOuts() {
  const answer = await fetch(`${SUPPRESSIONS}?address=reader@members.example`, { headers: { Authorization: `Bearer ${token}` } });
  return (await answer.json()).data.filter((found) => found.active && found.reason === 'unsubscribe');
}

/** Lifts the opt-outs, so that the test can be repeated. */
async function lift() {
  for (const { id } of await optOuts()) {
    const lifted = await fetch(`${SUPPRESSIONS}/${id}/lift`, {
      method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: '{"reason": "The test is over."}',
    });
    assert.equal(lifted.status, 200);
  }
}

for (const [name, view] of Object.entries({ desktop: {}, desktopDark: { dark: true }, phone: { width: 390, height: 844 } })) {
  test(`unsubscribePage_${name}_stopsTheMailsByOneClick`, { skip }, async () => {
    await lift();
    const { page, wrong, calls, close } = await openPage(browser, view);
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Unsubscribe' }).waitFor();
    await picture(page, `unsubscribe-${name}`);
    assert.equal(await sideways(page), 0);
    assert.deepEqual(await findings(page, ALL), []);
    assert.deepEqual(await optOuts(), [], 'to look at the page changes nothing');
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByRole('heading', { level: 1, name: 'You are unsubscribed' }).waitFor();
    await picture(page, `unsubscribed-${name}`);
    assert.equal(page.url(), link, 'no redirect');
    assert.equal(await sideways(page), 0);
    assert.deepEqual(await findings(page, ALL), []);
    assert.deepEqual((await optOuts()).map((found) => found.category), ['marketing']);
    assert.equal(await page.evaluate(() => document.cookie), '');
    assert.deepEqual(calls, [], 'the page needs no script and no API');
    assert.deepEqual(wrong, []);
    await close();
    await lift();
  });
}

test('unsubscribePage_changedLink_isNotFound', { skip }, async () => {
  const { page, close } = await openPage(browser);
  const answer = await page.goto(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`);
  assert.equal(answer.status(), 404);
  assert.equal(await page.getByRole('button').count(), 0);
  await close();
});
