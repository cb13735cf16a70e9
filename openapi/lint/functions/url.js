const DOMAINS = ['platform', 'catalog', 'runtime', 'billing', 'providers', 'tasks', 'schedule', 'overview'];
const SINGLE = ['health', 'auth', 'openapi.json', 'openapi.yaml'];

/** A path: a domain first, then kebab-case segments; a collection is plural. */
export default function url(item, { singular }, { path }) {
  const [, text] = path;
  const found = [];
  const wrong = (message) => found.push({ message: `${text}: ${message}`, path });
  const segments = text.split('/').slice(1);
  if (segments[0] !== 'api' || segments[1] !== 'v1') {
    wrong('must begin with /api/v1.');
    return found;
  }
  const [first, ...rest] = segments.slice(2);
  if (!DOMAINS.includes(first) && !SINGLE.includes(first)) {
    wrong(`${first} is no domain.`);
  }
  for (const [index, name] of rest.entries()) {
    // A collection in another form has its ending, as in `sessions.ics`.
    const segment = name.replace(/\.ics$/, '');
    const id = /^\{[a-z]+(_[a-z]+)*\}$/.test(segment);
    if (!id && !/^[a-z]+(-[a-z]+)*$/.test(segment)) {
      wrong(`${segment} is not kebab-case.`);
    } else if (!id && rest[index + 1]?.startsWith('{') && !segment.endsWith('s')) {
      wrong(`${segment} has members and must be plural.`);
    } else if (index === 0 && DOMAINS.includes(first) && !segment.endsWith('s') && !singular.includes(segment)) {
      wrong(`${segment} must be plural.`);
    }
  }
  return found;
}
