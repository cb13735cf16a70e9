// <guildhall-sessions>: a week of class sessions with free places and waiting lists, for any web page. It reads the public list of sessions
// with a publishable token. It sets no cookie, stores nothing, and asks no server but the one that this script came from.
(() => {
  'use strict';

  const DAYS = 7;
  const DAY_MILLIS = 86_400_000;
  const PAGE_SIZE = 200;
  const PAGES_MAX = 5;
  const REFRESH_MILLIS = 60_000;
  const home = new URL(document.currentScript.src).origin;

  /** The texts by name. The attribute `text-…` replaces each of them; `{n}` is a number, `{zone}` a name. */
  const TEXTS = {
    title: 'Class sessions',
    previous: 'Previous week',
    next: 'Next week',
    loading: 'Loading the sessions …',
    empty: 'No sessions in this week.',
    'empty-day': 'No sessions',
    error: 'The sessions can’t be shown now.',
    offline: 'There is no connection. The sessions may have changed since.',
    retry: 'Try again',
    free: '{n} places free',
    'free-one': '1 place free',
    full: 'Full',
    waitlist: 'Full, waiting list open ({n} waiting)',
    'waitlist-first': 'Full, waiting list open',
    closed: 'Booking closed',
    'not-open': 'Booking not open yet',
    running: 'Running now',
    over: 'Over',
    canceled: 'Canceled',
    zone: 'Times are those of {zone}.',
    shown: '{n} sessions shown.',
    more: 'There are more sessions than are shown here.',
    lookup: 'Find a booking',
    reference: 'Reference',
    code: 'Code',
    find: 'Find',
    'not-found': 'There is no booking with this reference and code.',
    'too-often': 'Too many tries. Please wait a minute.',
    'is-held': 'A place is held.',
    'is-booked': 'Booked.',
    'is-waitlisted': 'On the waiting list, number {n}.',
    'is-offered': 'A place is offered.',
    'is-attended': 'Attended.',
    'is-ended': 'No longer booked.',
  };

  const STYLE = `
    :host { display: block;
      --ground: var(--guildhall-background, #fff); --ink: var(--guildhall-text, #1c2321); --quiet: var(--guildhall-quiet, #57615e);
      --line: var(--guildhall-line, #d9dfdd); --card: var(--guildhall-card, #f4f6f5); --accent: var(--guildhall-accent, #1f4f46);
      --on-accent: var(--guildhall-on-accent, #fff); --full: var(--guildhall-full, #8a2c1c); --radius: var(--guildhall-radius, .5rem);
    }
    .widget { font: var(--guildhall-font, 1rem/1.45 system-ui, sans-serif); color: var(--ink); background: var(--ground); text-align: start;
      container-type: inline-size; overflow-wrap: anywhere; }
    @media (prefers-color-scheme: dark) { :host(:not([theme=light])) {
      --ground: var(--guildhall-background-dark, #14181a); --ink: var(--guildhall-text-dark, #e6eae8); --quiet: var(--guildhall-quiet-dark, #a3adaa);
      --line: var(--guildhall-line-dark, #343c3a); --card: var(--guildhall-card-dark, #1d2324); --accent: var(--guildhall-accent-dark, #8fd0bf);
      --on-accent: var(--guildhall-on-accent-dark, #14181a); --full: var(--guildhall-full-dark, #ffb3a3); } }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-bottom: .75rem; }
    .week { flex: 1; font-size: 1.15rem; font-weight: 600; margin: 0; min-width: 9rem; }
    button { font: inherit; min-width: 2.75rem; min-height: 2.75rem; padding: .3rem .9rem; border: 0; border-radius: var(--radius);
      background: var(--accent); color: var(--on-accent); cursor: pointer; }
    button:disabled { background: var(--card); color: var(--quiet); cursor: default; }
    .days { display: grid; gap: .75rem; }
    .day { min-width: 0; }
    .day h3 { font-size: .95rem; margin: 0 0 .4rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
    .none { color: var(--quiet); font-size: .9rem; margin: 0; }
    ul { list-style: none; display: grid; gap: .5rem; margin: 0; padding: 0; }
    .card { display: block; height: 100%; padding: .6rem .7rem; background: var(--card); border: 1px solid var(--line); border-radius: var(--radius);
      color: inherit; text-decoration: none; }
    a.card:hover { border-color: var(--accent); }
    .card:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .time { font-variant-numeric: tabular-nums; font-size: .9rem; color: var(--quiet); }
    .name { display: block; font-weight: 600; }
    .place { display: block; font-size: .9rem; color: var(--quiet); }
    .state { display: block; font-size: .9rem; font-weight: 600; color: var(--accent); }
    .full .state, .canceled .state { color: var(--full); }
    .over .state, .closed .state { color: var(--quiet); }
    .canceled .name { text-decoration: line-through; }
    .note { color: var(--quiet); font-size: .9rem; margin: .75rem 0 0; }
    .note:empty { margin: 0; }
    .problem { border-left: .25rem solid var(--full); padding: .3rem .8rem; margin: 0 0 .75rem; }
    .problem p { margin: 0 0 .4rem; }
    .hear { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    details { margin-top: .75rem; }
    summary { cursor: pointer; min-height: 2.75rem; padding: .6rem 0; color: var(--accent); }
    form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
    label { display: grid; font-size: .9rem; }
    input { font: inherit; width: 10rem; min-height: 2.75rem; padding: .3rem .6rem; color: inherit; background: var(--ground); border: 1px solid var(--quiet);
      border-radius: var(--radius); text-transform: uppercase; }
    input:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    [aria-busy=true] .days { opacity: .5; }
    @container (min-width: 46rem) { .days { grid-template-columns: repeat(7, minmax(0, 1fr)); gap: .5rem; } .days ul { gap: .4rem; } }
    @media (prefers-reduced-motion: no-preference) { .days { transition: opacity .15s; } }`;

  /** An element with attributes and children. Text is never read as HTML. */
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  /** The date of an instant in a zone, as 2026-10-05. */
  function dateIn(zone, instant) {
    const parts = Object.fromEntries(new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
      .formatToParts(instant).map((part) => [part.type, part.value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
  }

  /** The date so many days later. */
  function later(date, days) {
    return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MILLIS).toISOString().slice(0, 10);
  }

  class Refused extends Error {
    constructor(status, problem) {
      super(problem.detail ?? `The server answered ${status}.`);
      this.status = status;
      this.code = problem.code ?? null;
    }
  }

  class GuildhallSessions extends HTMLElement {
    static observedAttributes = ['token', 'class-type', 'location', 'book-url', 'lang', 'zone', 'lookup'];

    #root = this.attachShadow({ mode: 'open' });
    #widget = element('div', { class: 'widget' });
    #frame = element('section', { part: 'frame' });
    #heard = element('p', { class: 'hear', role: 'status' });
    #found = null;
    #sessions = null;
    #hasMore = false;
    #first = null;
    #trouble = null;
    #reading = null;
    #timer = 0;

    constructor() {
      super();
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [style];
      // The page's rules for all elements reach the host, so nothing visible is set there.
      this.#widget.append(this.#frame, this.#heard);
      this.#root.append(this.#widget);
      this.#frame.addEventListener('keydown', (event) => this.#move(event));
    }

    connectedCallback() {
      this.#first ??= this.#today();
      this.#lookup();
      window.addEventListener('online', this.#again);
      document.addEventListener('visibilitychange', this.#again);
      this.refresh();
    }

    disconnectedCallback() {
      window.removeEventListener('online', this.#again);
      document.removeEventListener('visibilitychange', this.#again);
      clearTimeout(this.#timer);
      this.#reading?.abort();
    }

    attributeChangedCallback(name, before, after) {
      if (this.#first !== null && before !== after) {
        this.#sessions = null;
        this.#lookup();
        this.refresh();
      }
    }

    /** Shows or removes the form in which a visitor finds their own booking. Outside of the frame, which is made anew at each reading. */
    #lookup() {
      if (!this.hasAttribute('lookup')) {
        this.#found?.remove();
        this.#found = null;
        return;
      }
      if (this.#found !== null) {
        return;
      }
      const input = (name) => element('input', { name, required: '', maxlength: '40', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' });
      const answer = element('p', { class: 'note', role: 'status' });
      const form = element('form', {}, element('label', {}, this.#text('reference'), input('reference')), element('label', {}, this.#text('code'), input('code')),
        element('button', { type: 'submit', part: 'button' }, this.#text('find')));
      form.addEventListener('submit', async (event) => {
        event.preventDefault();
        answer.textContent = '';
        answer.textContent = await this.#booking(new FormData(form));
      });
      this.#found = element('details', { part: 'lookup' }, element('summary', {}, this.#text('lookup')), form, answer);
      this.#widget.append(this.#found);
    }

    /** What is told of the booking that was asked for. */
    async #booking(asked) {
      const value = (name) => asked.get(name).trim().toUpperCase();
      try {
        const booking = await this.#call('bookings/lookup', {
          method: 'POST', body: JSON.stringify({ reference: value('reference'), code: value('code') }),
        }, { 'Content-Type': 'application/json' });
        const words = TEXTS[`is-${booking.state}`] ? this.#text(`is-${booking.state}`, { n: booking.position }) : this.#text('is-ended');
        return `${booking.session.name}, ${this.#when(booking.session)}: ${words}`;
      } catch (failed) {
        return this.#text(!(failed instanceof Refused) ? 'offline' : failed.status === 429 ? 'too-often' : [404, 422].includes(failed.status) ? 'not-found' : 'error');
      }
    }

    #when(session) {
      return this.#format(Date.parse(session.starts_at), session.local.zone, { weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' });
    }

    /** Reads the week again. @returns a promise that is kept when the sessions or the problem are shown */
    async refresh() {
      clearTimeout(this.#timer);
      this.#reading?.abort();
      const reading = new AbortController();
      this.#reading = reading;
      this.#show(true);
      const before = this.#sessions;
      let wait = REFRESH_MILLIS;
      try {
        const { sessions, hasMore } = await this.#read(reading.signal);
        this.#sessions = sessions;
        this.#hasMore = hasMore;
        this.#trouble = null;
        this.#tell(before);
      } catch (failed) {
        if (reading.signal.aborted) {
          return;
        }
        this.#trouble = failed instanceof Refused ? 'error' : 'offline';
        if (this.#trouble === 'error') {
          if (failed.status < 429) {
            // What the token may no longer read isn't shown any longer.
            this.#sessions = null;
          }
          this.dispatchEvent(new CustomEvent('guildhall-error', { detail: { status: failed.status, code: failed.code, message: failed.message } }));
          wait = (failed.retryAfter ?? 0) * 1000 || wait;
        }
      }
      this.#reading = null;
      this.#show(false);
      this.#timer = setTimeout(this.#again, wait);
    }

    #again = () => {
      if (document.visibilityState === 'visible') {
        this.refresh();
      }
    };

    async #read(signal) {
      const sessions = [];
      // A day on either side, since the dates are those of the sessions' zone.
      const query = new URLSearchParams({
        starts_from: `${later(this.#first, -1)}T00:00:00Z`, starts_before: `${later(this.#first, DAYS + 1)}T00:00:00Z`, sort: 'starts_at', limit: PAGE_SIZE,
      });
      for (const [attribute, parameter] of [['class-type', 'class_type_id'], ['location', 'location_id']]) {
        if (this.getAttribute(attribute)) {
          query.set(parameter, this.getAttribute(attribute));
        }
      }
      for (let page = 0; page < PAGES_MAX; page++) {
        const body = await this.#call(`public-sessions?${query}`, { signal });
        sessions.push(...body.data);
        if (!body.page.has_more) {
          return { sessions: this.#ofWeek(sessions), hasMore: false };
        }
        query.set('cursor', body.page.next_cursor);
      }
      return { sessions: this.#ofWeek(sessions), hasMore: true };
    }

    /** Asks the server. @throws Refused if it answers with a problem, another error if it can't be reached */
    async #call(path, options, headers = {}) {
      const answer = await fetch(`${home}/api/v1/schedule/${path}`, {
        ...options, headers: { ...headers, Authorization: `Bearer ${this.getAttribute('token') ?? ''}`, Accept: 'application/json' }, credentials: 'omit', referrerPolicy: 'origin',
      });
      const body = await answer.json().catch(() => ({}));
      if (!answer.ok) {
        throw Object.assign(new Refused(answer.status, body), { retryAfter: Number(answer.headers.get('Retry-After')) });
      }
      return body;
    }

    #ofWeek(sessions) {
      const last = later(this.#first, DAYS);
      return sessions.filter((session) => session.local.date >= this.#first && session.local.date < last);
    }

    #text(name, values = {}) {
      return (this.getAttribute(`text-${name}`) ?? TEXTS[name]).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
    }

    get #language() {
      return this.getAttribute('lang') || document.documentElement.lang || navigator.language;
    }

    #format(instant, zone, options) {
      try {
        return new Intl.DateTimeFormat(this.#language, { timeZone: zone, ...options }).format(instant);
      } catch {
        return new Intl.DateTimeFormat('en', { timeZone: zone, ...options }).format(instant);
      }
    }

    #today() {
      return dateIn(this.getAttribute('zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone, new Date());
    }

    /** What a session's state is called, and the class of its card. */
    #state(session) {
      if (session.state === 'canceled' || session.state === 'over' || session.state === 'running') {
        return [session.state, this.#text(session.state)];
      }
      const now = Date.now();
      if (now < Date.parse(session.booking_opens_at)) {
        return ['closed', this.#text('not-open')];
      }
      if (now >= Date.parse(session.booking_closes_at)) {
        return ['closed', this.#text('closed')];
      }
      if (session.free > 0) {
        return ['free', this.#text(session.free === 1 ? 'free-one' : 'free', { n: session.free })];
      }
      if (session.waiting < session.waitlist_places && now < Date.parse(session.waitlist_closes_at)) {
        return ['full', this.#text(session.waiting === 0 ? 'waitlist-first' : 'waitlist', { n: session.waiting })];
      }
      return ['full', this.#text('full')];
    }

    #card(session) {
      const zone = session.local.zone;
      const named = zone === Intl.DateTimeFormat().resolvedOptions().timeZone ? {} : { timeZoneName: 'short' };
      const time = { hour: 'numeric', minute: '2-digit' };
      const from = this.#format(Date.parse(session.starts_at), zone, time);
      const to = this.#format(Date.parse(session.ends_at), zone, { ...time, ...named });
      const [kind, words] = this.#state(session);
      const link = this.getAttribute('book-url');
      const bookable = link && (kind === 'free' || kind === 'full');
      const attributes = { class: `card ${kind}`, part: `card ${kind}`, 'data-id': session.id };
      const content = [
        element('time', { class: 'time', datetime: session.starts_at }, `${from} – ${to}`), element('span', { class: 'name' }, session.name),
        session.location_name ? element('span', { class: 'place' }, session.location_name) : null, element('span', { class: 'state' }, words),
      ];
      return element('li', {}, bookable
        ? element('a', { ...attributes, href: link.replaceAll('{session}', encodeURIComponent(session.id)) }, ...content)
        : element('article', { ...attributes, tabindex: '0' }, ...content));
    }

    #day(date) {
      const sessions = this.#sessions.filter((session) => session.local.date === date);
      const name = this.#format(Date.parse(`${date}T12:00:00Z`), 'UTC', { weekday: 'short', day: 'numeric', month: 'short' });
      return element('section', { class: 'day', 'aria-label': this.#format(Date.parse(`${date}T12:00:00Z`), 'UTC', { weekday: 'long', day: 'numeric', month: 'long' }) },
        element('h3', {}, name),
        sessions.length > 0 ? element('ul', {}, ...sessions.map((session) => this.#card(session))) : element('p', { class: 'none' }, this.#text('empty-day')));
    }

    #show(busy) {
      const kept = this.#root.activeElement?.dataset.id ?? this.#root.activeElement?.dataset.go;
      const dates = Array.from({ length: DAYS }, (_, day) => later(this.#first, day));
      const day = { day: 'numeric', month: 'long' };
      const week = `${this.#format(Date.parse(`${dates[0]}T12:00:00Z`), 'UTC', day)} – ${this.#format(Date.parse(`${dates[DAYS - 1]}T12:00:00Z`), 'UTC', { ...day, year: 'numeric' })}`;
      const zone = this.#sessions?.find((session) => session.local.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone)?.local.zone;
      this.#frame.setAttribute('aria-label', this.#text('title'));
      this.#frame.setAttribute('aria-busy', String(busy));
      this.#frame.replaceChildren(
        element('div', { class: 'bar' }, element('h2', { class: 'week' }, week), this.#button('previous', '‹', -DAYS, this.#first <= this.#today()), this.#button('next', '›', DAYS)),
        ...this.#trouble === null ? [] : [this.#problem()],
        ...this.#sessions === null
          ? busy && this.#trouble === null ? [element('p', { class: 'note' }, this.#text('loading'))] : []
          : this.#sessions.length === 0
            ? [element('p', { class: 'note' }, this.#text('empty'))]
            : [element('div', { class: 'days' }, ...dates.map((date) => this.#day(date)))],
        ...zone ? [element('p', { class: 'note' }, this.#text('zone', { zone: zone.replaceAll('_', ' ') }))] : [],
        ...this.#hasMore ? [element('p', { class: 'note' }, this.#text('more'))] : []);
      if (kept) {
        this.#root.querySelector(`[data-id="${CSS.escape(kept)}"], [data-go="${CSS.escape(kept)}"]:enabled`)?.focus();
      }
    }

    #button(name, sign, days, disabled = false) {
      const made = element('button', { type: 'button', 'data-go': name, 'aria-label': this.#text(name), part: 'button' }, sign);
      made.disabled = disabled;
      made.addEventListener('click', () => {
        this.#first = later(this.#first, days);
        this.#sessions = null;
        this.#hasMore = false;
        this.refresh();
      });
      return made;
    }

    #problem() {
      const retry = element('button', { type: 'button', 'data-go': 'retry' }, this.#text('retry'));
      retry.addEventListener('click', () => this.refresh());
      return element('div', { class: 'problem', role: 'alert' }, element('p', {}, this.#text(this.#trouble)), retry);
    }

    /** Tells a screen reader how many sessions are shown, or which states have changed since they were read last. */
    #tell(before) {
      if (before === null) {
        this.#heard.textContent = this.#text(this.#sessions.length === 0 ? 'empty' : 'shown', { n: this.#sessions.length });
        return;
      }
      const states = new Map(before.map((session) => [session.id, this.#state(session)[1]]));
      const changed = this.#sessions.filter((session) => states.has(session.id) && states.get(session.id) !== this.#state(session)[1]).slice(0, 3);
      if (changed.length > 0) {
        this.#heard.textContent = changed.map((session) => `${session.name}, ${this.#when(session)}: ${this.#state(session)[1]}`).join('. ');
      }
    }

    /** Left and right go to the day before and after that has sessions, up and down within a day. */
    #move(event) {
      const card = event.target.closest('.card');
      if (!card || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
        return;
      }
      const days = [...this.#root.querySelectorAll('.day')].map((found) => [...found.querySelectorAll('.card')]).filter((cards) => cards.length > 0);
      const day = days.findIndex((cards) => cards.includes(card));
      const place = days[day].indexOf(card);
      const right = getComputedStyle(this).direction === 'rtl' ? -1 : 1;
      const target = {
        ArrowRight: () => days[day + right], ArrowLeft: () => days[day - right],
        ArrowDown: () => [days[day][place + 1]], ArrowUp: () => [days[day][place - 1]],
      }[event.key]?.();
      const found = target && (target[Math.min(place, target.length - 1)] ?? target[0]);
      if (found) {
        event.preventDefault();
        found.focus();
      }
    }
  }

  if (!customElements.get('guildhall-sessions')) {
    customElements.define('guildhall-sessions', GuildhallSessions);
  }
})();
