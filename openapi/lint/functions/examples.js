import { media } from './walk.js';

/** Every body, asked or answered, has an example, its own or its schema's; the operation's own answer has one of its own. */
export default function examples(operation, _, { path }) {
  const found = [];
  const statuses = Object.keys(operation.responses ?? {}).filter((status) => status.startsWith('2'));
  const success = statuses.find((status) => status !== '200') ?? '200';
  for (const { content, status, path: at } of media(operation, path)) {
    const own = content.example !== undefined || Object.keys(content.examples ?? {}).length > 0;
    if (!own && (status === null || status === success || content.schema?.example === undefined)) {
      found.push({ message: 'This body has no example.', path: at });
    }
  }
  return found;
}
