import { changes } from './walk.js';

const VERBS = { get: /^(get|list)[A-Z]/, patch: /^update[A-Z]/, put: /^(reorder|replace|set)[A-Z]/, delete: /^(delete|remove)[A-Z]/ };
const NOT_A_POST = /^(get|list|update|delete)[A-Z]/;
const AUDIT = /^[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+$/;

/** What is particular to an operation: its name, who may call it, and its policy. */
export default function operation(item, options, { path }) {
  const [, url, method] = path;
  const wrong = (message, ...at) => found.push({ message, path: [...path, ...at] });
  const found = [];
  name(item, method, wrong);
  access(item, method, options, url, wrong);
  policy(item, method, url, wrong);
  return found;
}

function name(item, method, wrong) {
  const id = item.operationId ?? '';
  if (!/^[a-z]+([A-Z][a-z0-9]*)+$/.test(id)) {
    wrong(`The operationId ${id} must be a verb and a noun in camelCase.`, 'operationId');
  } else if (VERBS[method] ? !VERBS[method].test(id) : NOT_A_POST.test(id)) {
    wrong(`The operationId ${id} has a verb that does not fit ${method.toUpperCase()}.`, 'operationId');
  }
  if (!item.summary || item.summary.length > 60 || item.summary.endsWith('.')) {
    wrong('The summary must be a line of at most 60 characters without a full stop.', 'summary');
  }
}

function access(item, method, { public: open, optional, authenticated }, url, wrong) {
  const security = JSON.stringify(item.security ?? null);
  const expected = { '[]': open, '[{},{"bearer":[]}]': optional, '[{"bearer":[]}]': authenticated }[security];
  if (expected) {
    if (!expected.includes(item.operationId)) {
      wrong('This operation asks for no scope and is not among those that may.', 'security');
    }
    return;
  }
  const scopes = item.security?.length === 1 ? (item.security[0].bearer ?? []) : [];
  if (scopes.length !== 1) {
    wrong('An operation asks for exactly one scope.', 'security');
    return;
  }
  const [domain, ...rest] = scopes[0].split(':');
  if (domain !== url.split('/')[3]) {
    wrong(`The scope ${scopes[0]} is of another domain than the operation.`, 'security');
  }
  const reads = rest.at(-1) === 'read' || ['public', 'payload'].includes(rest.at(-1)) && rest.at(-2) === 'read';
  if (reads === changes(method, item)) {
    wrong(`The scope ${scopes[0]} does not fit an operation that ${reads ? 'changes something' : 'only reads'}.`, 'security');
  }
}

function policy(item, method, url, wrong) {
  const mutation = changes(method, item);
  if (mutation && !AUDIT.test(item['x-audit'] ?? '')) {
    wrong('A mutation names its audit action in x-audit, as entity.past_participle.');
  }
  const creates = method === 'post' && ['201', '202'].some((status) => item.responses?.[status] !== undefined);
  const guarded = ['optional', 'required'].includes(item['x-if-match']);
  if (mutation && !creates && !guarded) {
    wrong('A change of something that exists says in x-if-match whether If-Match is optional or required.');
  }
  if (item['x-if-match'] !== undefined && (!mutation || !url.includes('{') && method === 'post')) {
    wrong('x-if-match is for changes of something that exists.', 'x-if-match');
  }
  if (method === 'patch') {
    const [type, content] = Object.entries(item.requestBody?.content ?? {})[0] ?? [];
    if (type !== 'application/merge-patch+json' || content.schema?.['x-merge-patch'] !== true || content.schema.required) {
      wrong('PATCH takes application/merge-patch+json of a schema with x-merge-patch and nothing required.', 'requestBody');
    }
  }
}
