// The pages of the problems: what each says, on a phone and in the dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, launch, openPage, picture, server, sideways } from './browser.js';

const { url } = server();
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('problemPages_phoneInTheDark_areWholeAndAccessible', async () => {
  const { page, wrong, close } = await openPage(browser, { width: 390, height: 844, dark: true });
  await page.goto(`${url}/problems`);
  assert.equal(await sideways(page), 0);
  assert.deepEqual(await findings(page), []);
  await picture(page, 'problems');
  const codes = await page.locator('ul.problems code').allInnerTexts();
  assert.ok(codes.length > 30);
  for (const code of codes) {
    await page.goto(`${url}/problems/${code}`);
    assert.deepEqual(await page.getByRole('heading', { level: 2 }).allInnerTexts(), ['Causes', 'What to do', 'Example', 'Operations that answer it'], code);
    await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    assert.equal(await sideways(page), 0, code);
  }
  assert.deepEqual(wrong, []);
  await close();
});

for (const dark of [false, true]) {
  test(`problemPage_${dark ? 'dark' : 'light'}_isAccessibleAndLeadsToTheOperation`, async () => {
    const { page, wrong, close } = await openPage(browser, { dark });
    await page.goto(`${url}/problems/already_exists`);
    assert.deepEqual(await findings(page, ['critical', 'serious', 'moderate', 'minor']), []);
    await picture(page, `problem-${dark ? 'dark' : 'light'}`);
    await page.getByRole('link', { name: 'Create a product', exact: true }).click();
    await page.getByRole('heading', { name: 'Create a product' }).waitFor();
    assert.deepEqual(wrong, []);
    await close();
  });
}
