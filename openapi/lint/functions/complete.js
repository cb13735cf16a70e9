import { changes } from './walk.js';

/** What the bundler has added to each operation; so that nothing of the contract is lost on the way. */
export default function complete(operation, _, { path }) {
  const [, url, method] = path;
  const found = [];
  const parameters = (operation.parameters ?? []).map((parameter) => parameter.name);
  const responses = operation.responses ?? {};
  const open = operation.security?.length === 0;
  const mutation = changes(method, operation);
  const list = /^list[A-Z]/.test(operation.operationId);
  const needs = (condition, names, has, what) => {
    for (const name of names) {
      if (condition && !has(name)) found.push({ message: `${operation.operationId} lacks ${what} ${name}.`, path });
    }
  };
  const parameter = (name) => parameters.includes(name);
  needs(mutation, ['Idempotency-Key', 'Audit-Reason'], parameter, 'the parameter');
  needs(mutation && operation['x-dry-run'] !== 'none', ['dry_run'], parameter, 'the parameter');
  needs(operation['x-if-match'] !== undefined, ['If-Match'], parameter, 'the parameter');
  needs(list, ['limit', 'cursor', 'fields'], parameter, 'the parameter');

  const response = (status) => responses[status] !== undefined;
  needs(true, ['400', '429', '500', '503'], response, 'the response');
  needs(Object.entries(responses).some(([status, answer]) => /^2/.test(status) && answer.content), ['406'], response, 'the response');
  needs(!open, ['401', '403'], response, 'the response');
  needs(url.includes('{'), ['404'], response, 'the response');
  needs(mutation, ['409', '422'], response, 'the response');
  needs(operation.requestBody !== undefined, ['413', '415'], response, 'the response');
  needs(operation['x-if-match'] !== undefined, ['412'], response, 'the response');
  needs(operation['x-if-match'] === 'required', ['428'], response, 'the response');

  for (const [status, answer] of Object.entries(responses)) {
    const header = (name) => answer.headers?.[name] !== undefined;
    needs(true, ['Request-Id'], header, `on ${status} the header`);
    needs(!open && !['401', '500', '503'].includes(status), ['RateLimit', 'RateLimit-Policy'], header, `on ${status} the header`);
    needs(/^2/.test(status) && mutation && operation['x-dry-run'] !== 'none', ['Dry-Run'], header, `on ${status} the header`);
    needs(status === '201', ['Location', 'ETag'], header, `on ${status} the header`);
    needs(['429', '503'].includes(status), ['Retry-After'], header, `on ${status} the header`);
    needs(status === '401', ['WWW-Authenticate'], header, `on ${status} the header`);
    needs(status === '200' && list, ['Link'], header, `on ${status} the header`);
  }
  return found;
}
