import { media } from './walk.js';

/** The envelope of a dry run is the same for all operations: its schema has the example. */
const DRY_RUN = 'application/vnd.guildhall.dry-run+json';

/** Every body, asked or answered, has an example, its own or its schema's; the operation's own answer has one of its own. */
export default function examples(operation, _, { path }) {
  const found = [];
  const statuses = Object.keys(operation.responses ?? {}).filter((status) => status.startsWith('2'));
  const success = statuses.find((status) => status !== '200') ?? '200';
  for (const { content, status, path: at } of media(operation, path)) {
    const own = content.example !== undefined || Object.keys(content.examples ?? {}).length > 0;
    if (!own && (status === null || (status === success && at.at(-1) !== DRY_RUN) || content.schema?.example === undefined)) {
      found.push({ message: 'This body has no example.', path: at });
    }
  }
  return found;
}
