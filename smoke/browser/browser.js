// A browser for the tests, with everything recorded that a page of ours must not do.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const demo = fileURLToPath(new URL('../../.guildhall/demo.json', import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where the server is, and a tenant administrator's token: from the environment, else of the demo that runs. */
export function server() {
  if (process.env.URL && process.env.TOKEN) {
    return { url: process.env.URL.replace(/\/$/, ''), token: process.env.TOKEN };
  }
  const state = JSON.parse(readFileSync(demo, 'utf8'));
  return { url: state.base_url, token: state.tokens.tenant_admin };
}

/** The unsubscribe link of a mail to reader@members.example: of the demo, else from the environment; undefined if there is none. */
export function unsubscribeLink() {
  return process.env.URL && process.env.TOKEN ? process.env.UNSUBSCRIBE_URL : JSON.parse(readFileSync(demo, 'utf8')).unsubscribe_url;
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/**
 * A page that keeps what it must not have: requests to other hosts, breaches of its policy, errors in the console.
 * `calls` are the requests to the API.
 */
export async function openPage(browser, { width = 1280, height = 900, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', isMobile: width < 500 });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  const { url } = server();
  const wrong = [];
  const calls = [];
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`));
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`) && !/^(data|blob):/.test(request.url())) {
      wrong.push(`another host: ${request.url()}`);
    }
    if (request.url().startsWith(`${url}/api/`)) {
      calls.push(request);
    }
  });
  page.on('console', (message) => {
    // The browser reports each refused call by itself; the tests look at the answers.
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) {
      wrong.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.url().startsWith(`${url}/api/`)) {
      wrong.push(`${response.status()}: ${response.url()}`);
    }
  });
  return { page, wrong, calls, close: () => context.close() };
}

/** The findings of axe of these impacts, each as `rule: selector`. */
export async function findings(page, impacts = ['critical', 'serious']) {
  // By the debugger's way, which the page's policy doesn't concern.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter((violation) => impacts.includes(violation.impact))
    .flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.html.slice(0, 120)}`));
}

/** How far a page can be scrolled sideways, in pixels. */
export function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Keeps a picture for a person to look at, if a folder is named. */
export async function picture(page, name) {
  if (process.env.PICTURES) {
    await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
  }
}
