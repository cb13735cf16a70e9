/** A list answers exactly data and page, and has an order; nothing else does. */
export default function lists(operation, _, { path }) {
  const content = Object.values(operation.responses?.['200']?.content ?? {})[0];
  const properties = content?.schema?.properties ?? {};
  const page = Object.keys(properties).sort().join() === 'data,page' && properties.page.properties?.next_cursor !== undefined;
  const called = /^list[A-Z]/.test(operation.operationId ?? '');
  const at = [...path, 'responses', '200'];
  if (called !== page) {
    return [{ message: called ? 'A list answers exactly data and page.' : 'What answers a page is called list….', path: at }];
  }
  if (!called) return [];
  const found = [];
  const sort = (operation.parameters ?? []).find((parameter) => parameter.name === 'sort')?.schema;
  if (!sort?.enum?.includes(sort.default)) {
    found.push({ message: 'A list has the parameter sort with an enum and a default.', path });
  }
  if (properties.data.maxItems !== 200) {
    found.push({ message: 'A page holds 200 entries at most.', path: at });
  }
  const external = properties.data.items?.properties?.external_id;
  if (external && path[1].split('/').length < 6 && !(operation.parameters ?? []).some((parameter) => parameter.name === 'external_id')) {
    found.push({ message: 'A list of what has an external_id can be filtered by it.', path });
  }
  return found;
}
