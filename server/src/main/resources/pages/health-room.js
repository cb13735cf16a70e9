// The health room: the provider summary and the workflow backbone, read with a pasted token. The token stays in this variable: it is written
// to no storage, no address and no page.
'use strict';

let token = null;

const form = document.getElementById('token-form');
const field = document.getElementById('token');
const status = document.getElementById('status');
const alertBox = document.getElementById('alert');
const room = document.getElementById('room');
const controls = document.getElementById('controls');

const STATUS_WORDS = { operational: 'Operational', degraded: 'Degraded', planned: 'Planned', blocked: 'Blocked' };
const READINESS_WORDS = { ready: 'Ready', watch: 'Watch', blocked: 'Blocked' };
const TASK_WORDS = { open: 'Open', in_progress: 'In progress', blocked: 'Blocked' };
const LANE_WORDS = {
  payments: 'Payments', webhook: 'Webhook', api: 'API', identity: 'Identity', messaging: 'Messaging', reporting: 'Reporting', infrastructure: 'Infrastructure',
  money: 'Money', audit: 'Audit', platform: 'Platform', task: 'Task',
};

/** An element with attributes and children; text is never read as HTML. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function section(id, title, about, ...children) {
  return element('section', { 'aria-labelledby': id }, element('h2', { id }, title), about ? element('p', { class: 'about' }, about) : null, ...children);
}

function cards(list) {
  return element('dl', { class: 'cards' }, ...list.map((card) => element(
    'div', { class: 'card' }, element('dt', {}, card.label), element('dd', { class: 'figure' }, card.value), element('dd', { class: 'about' }, card.words))));
}

function badge(kind, words) {
  return element('span', { class: `badge ${kind}` }, words);
}

function facts(pairs) {
  return element('dl', { class: 'facts' }, ...pairs.filter(([, value]) => value !== null && value !== undefined).flatMap(
    ([label, value]) => [element('dt', {}, label), element('dd', {}, value)]));
}

function meter(percent, label) {
  return element('meter', { min: '0', max: '100', value: String(percent), 'aria-label': label }, `${percent}%`);
}

function lane(found) {
  const words = LANE_WORDS[found.lane] ?? found.lane;
  return element('li', { class: 'card' },
    element('h3', {}, words),
    element('p', { class: 'percent' }, `${found.signal_percent}%`, meter(found.signal_percent, `Signal of ${words}`)),
    element('p', {}, `${found.signals} ${found.signals === 1 ? 'signal' : 'signals'}, ${found.blocked} blocked, ${found.watch} on watch`),
    element('p', { class: 'about' }, found.action));
}

function recovery(found) {
  return element('li', { class: 'card' },
    element('h3', {}, found.name, ' ', badge(found.status, STATUS_WORDS[found.status] ?? found.status)),
    element('p', {}, found.recovery_action),
    element('p', { class: 'about' }, `${found.owner.name} · ${LANE_WORDS[found.lane] ?? found.lane} · ${found.signal_percent}% · ${found.impact}`));
}

function signal(found, rank) {
  const evidence = found.evidence;
  return element('li', {}, element('details', {},
    element('summary', {}, element('span', { class: 'rank' }, String(rank)), ' ', element('span', { class: 'name' }, found.name), ' ',
      badge(found.status, STATUS_WORDS[found.status] ?? found.status), ' ', element('span', { class: 'percent' }, `${found.signal_percent}%`)),
    facts([['Lane', LANE_WORDS[found.lane] ?? found.lane], ['Owner', found.owner.name], ['Last signal', found.last_signal], ['Impact', found.impact],
      ['Recovery action', found.recovery_action], [evidence.subject_label, evidence.subject], ['Why it matters', evidence.why]]),
    element('h3', {}, 'Escalation'),
    element('ol', {}, ...found.escalation_steps.map((step) => element('li', {}, step)))));
}

function backboneItem(found) {
  const state = found.readiness ? badge(found.readiness, READINESS_WORDS[found.readiness] ?? found.readiness)
    : found.task_state ? badge('planned', TASK_WORDS[found.task_state] ?? found.task_state) : null;
  return element('li', {}, element('details', {},
    element('summary', {}, element('span', { class: 'rank' }, String(found.position)), ' ', element('span', { class: 'name' }, found.title), ' ', state),
    facts([['Lane', LANE_WORDS[found.lane] ?? found.lane], ['Owner', found.owner], ['Source', found.source], ['What to do', found.what_to_do],
      ['Persistence', found.persistence], ['Action model', found.action_model], ['Audit event', found.audit_event]])));
}

function more(has) {
  return has ? element('p', { class: 'about' }, 'There are more; the API lists all of them.') : null;
}

function show(summary, backbone) {
  document.getElementById('eyebrow').textContent = summary.room.eyebrow;
  document.getElementById('title').textContent = summary.room.title;
  document.getElementById('about').textContent = summary.room.about;
  const signals = summary.queue.signals;
  room.replaceChildren(
    section('counts', 'Provider signals', null, cards(summary.cards)),
    section('recovery', summary.priority_recovery.title, summary.priority_recovery.about,
      element('ul', { class: 'grid' }, ...summary.priority_recovery.signals.map(recovery)), more(summary.priority_recovery.has_more)),
    section('lanes', 'Lanes', null, element('ul', { class: 'grid' }, ...summary.lanes.map(lane))),
    section('queue', summary.queue.title, summary.queue.about,
      element('ol', { class: 'queue' }, ...signals.map((found, place) => signal(found, place + 1))), more(summary.queue.has_more)),
    section('runbook', summary.runbook.title, summary.runbook.about, element('ol', { class: 'grid' }, ...summary.runbook.steps.map(
      (step) => element('li', { class: 'card' }, element('h3', {}, step.name), element('p', {}, step.words))))),
    section('backbone', backbone.page.title, backbone.page.about, cards(backbone.cards)),
    section('backbone-queue', backbone.queue.title, backbone.queue.about,
      element('ol', { class: 'queue' }, ...backbone.queue.items.map(backboneItem)), more(backbone.queue.has_more)));
  room.hidden = false;
  controls.hidden = false;
  form.hidden = true;
  status.textContent = `Read at ${new Date().toLocaleTimeString()}.`;
}

async function read(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' }, cache: 'no-store' });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.detail ?? body.title ?? `The server answered ${answer.status}.`);
  }
  return body;
}

async function refresh() {
  alertBox.textContent = '';
  status.textContent = 'Reading …';
  try {
    const [summary, backbone] = await Promise.all([read('/api/v1/providers/summary'), read('/api/v1/overview/backbone')]);
    show(summary, backbone);
  } catch (problem) {
    status.textContent = '';
    alertBox.textContent = problem instanceof TypeError ? 'The server can’t be reached. Try again.' : problem.message;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  token = field.value.trim();
  refresh();
});
document.getElementById('refresh').addEventListener('click', refresh);
document.getElementById('forget').addEventListener('click', () => {
  token = null;
  field.value = '';
  room.replaceChildren();
  room.hidden = true;
  controls.hidden = true;
  form.hidden = false;
  status.textContent = 'The token is forgotten.';
  field.focus();
});
