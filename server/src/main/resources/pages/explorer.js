// Opens the document that this server serves, in the library's reference. Runs before the library's own script.
'use strict';

(() => {
  const nonce = document.head.querySelector('meta[property=csp-nonce]').content;
  const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

  // The page's policy lets in style elements that carry the number of this answer. The library makes some without it.
  const createElement = Document.prototype.createElement;
  Document.prototype.createElement = function (name, options) {
    const element = createElement.call(this, name, options);
    if (element instanceof HTMLStyleElement) {
      element.nonce = nonce;
    }
    return element;
  };

  // The library tries whether it may make code from text, and does without if not. The answer comes from here, so that the browser
  // doesn't report a breach of the policy, which forbids it.
  const refuse = () => {
    throw new EvalError('This page makes no code from text.');
  };
  window.Function = new Proxy(Function, { apply: refuse, construct: refuse });

  // A key for each change, unless the reader has written one. crypto.randomUUID is missing where a page comes over plain HTTP.
  const freshKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);

  // It draws dots over a token in a field of text. A field for passwords also keeps it from spelling checks and from history.
  const hideTokens = () => {
    each('input.scalar-password-input:not([type=password])', (field) => { field.type = 'password'; });
    each('input[type=password]:not(.scalar-password-input)', (field) => { field.type = 'text'; });
  };

  // What the library's elements lack for those who hear the page or use no mouse (WAI-ARIA).
  const mend = () => {
    each('[aria-selected]:not([role])', (button) => {
      button.setAttribute('aria-current', button.getAttribute('aria-selected'));
      button.removeAttribute('aria-selected');
    });
    each('button[role=search], button[role=none]', (button) => button.removeAttribute('role'));
    each('button:has(> .sidebar-search-placeholder):not([aria-label])', (button) => button.setAttribute('aria-label', 'Search'));
    each('button.scalar-code-copy:not([aria-label]), button.code-copy:not([aria-label])', (button) => button.setAttribute('aria-label', 'Copy'));
    each('[role=tablist] button:not([role])', (button) => {
      button.setAttribute('role', 'tab');
      button.setAttribute('aria-selected', 'false');
      button.setAttribute('aria-label', 'More languages');
    });
    each('button.show-more[aria-label^="Show all"]', (button) => {
      button.setAttribute('aria-label', `${button.innerText.trim()}: ${button.getAttribute('aria-label').slice('Show all '.length)}`);
    });
    each('ul.endpoints:not([tabindex])', (list) => { list.tabIndex = 0; });
    each('.cm-content:not([aria-label])', (editor) => editor.setAttribute('aria-label', 'Text'));
    each('[role=combobox]:not([aria-expanded])', (field) => field.setAttribute('aria-expanded', 'false'));
    each('[aria-label^="undefined "]', (field) => field.setAttribute('aria-label', field.getAttribute('aria-label').slice('undefined '.length)));
  };

  let due = false;
  const drawn = () => {
    hideTokens();
    if (!due) {
      due = true;
      requestAnimationFrame(() => {
        due = false;
        mend();
      });
    }
  };

  const configuration = (url) => ({
    url,
    theme: 'default',
    layout: 'modern',
    // Nothing is asked of another host, and nothing that the reader writes outlives the page.
    telemetry: false,
    withDefaultFonts: false,
    persistAuth: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    externalUrls: { dashboardUrl: '', registryUrl: '', proxyUrl: '', apiBaseUrl: '' },
    hideClientButton: true,
    showDeveloperTools: 'never',
    documentDownloadType: 'none',
    authentication: { preferredSecurityScheme: 'bearer' },
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    hiddenClients: {
      c: true, clojure: true, csharp: true, dart: true, fsharp: true, http: true, kotlin: true, objc: true, ocaml: true, php: true,
      powershell: true, r: true, ruby: true, rust: true, swift: true,
      java: ['asynchttp', 'unirest'],
      js: ['axios', 'jquery', 'ofetch', 'xhr'],
      node: ['axios', 'fetch', 'ofetch'],
      python: ['aiohttp', 'httpx_async', 'httpx_sync', 'requests'],
      shell: ['httpie', 'wget'],
    },
    onBeforeRequest({ requestBuilder }) {
      if (changes.has(requestBuilder.method) && !requestBuilder.headers.get('Idempotency-Key')) {
        requestBuilder.headers.set('Idempotency-Key', freshKey());
      }
    },
  });

  addEventListener('DOMContentLoaded', () => {
    const place = document.getElementById('reference');
    place.replaceChildren();
    new MutationObserver(drawn).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'aria-selected', 'aria-label'] });
    window.Scalar.createApiReference(place, configuration(place.dataset.document));
  });
})();
