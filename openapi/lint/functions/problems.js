/** Refusals and failures are problems and nothing else. */
export default function problems(responses, _, { path }) {
  const found = [];
  for (const [status, response] of Object.entries(responses)) {
    const types = Object.keys(response?.content ?? {});
    if (/^[45]/.test(status) && types.join() !== 'application/problem+json') {
      found.push({ message: `${status} must be application/problem+json.`, path: [...path, status] });
    }
    if (/^2/.test(status) && types.includes('application/problem+json')) {
      found.push({ message: `${status} is no problem.`, path: [...path, status] });
    }
  }
  return found;
}
