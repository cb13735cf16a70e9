/** Every schema below a media type, parameter or header, itself included, with its path; references are resolved before. */
export function* schemas(schema, path) {
  if (!schema || typeof schema !== 'object') return;
  yield [schema, path];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* schemas(property, [...path, 'properties', name]);
  }
  for (const word of ['items', 'additionalProperties', 'propertyNames']) {
    yield* schemas(schema[word], [...path, word]);
  }
  for (const word of ['allOf', 'anyOf', 'oneOf']) {
    for (const [index, part] of (schema[word] ?? []).entries()) {
      yield* schemas(part, [...path, word, index]);
    }
  }
}

/** The media types of an operation: of its body, and of each answer. */
export function* media(operation, path) {
  for (const [type, content] of Object.entries(operation.requestBody?.content ?? {})) {
    yield { type, content, status: null, path: [...path, 'requestBody', 'content', type] };
  }
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    for (const [type, content] of Object.entries(response?.content ?? {})) {
      yield { type, content, status, path: [...path, 'responses', status, 'content', type] };
    }
  }
}

/** Every schema of an operation: of its parameters, its body and its answers. */
export function* schemasOf(operation, path) {
  for (const [index, parameter] of (operation.parameters ?? []).entries()) {
    yield* schemas(parameter?.schema, [...path, 'parameters', index, 'schema']);
  }
  for (const { content, path: at } of media(operation, path)) {
    yield* schemas(content.schema, [...at, 'schema']);
  }
}

export const types = (schema) => [schema.type ?? []].flat();

export const changes = (method, operation) => method !== 'get' && operation['x-reads'] !== true && operation['x-signed'] !== true;
