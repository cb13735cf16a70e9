import { media, schemas, schemasOf, types } from './walk.js';

const SAFE = 9007199254740991;

/** What every schema keeps to: names, bounds, closed objects, and ids that say whose they are. */
export default function members(operation, { anyId }, { path }) {
  const found = [];
  const wrong = (message, at) => found.push({ message, path: at });
  for (const [schema, at] of schemasOf(operation, path)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
        wrong(`The member ${name} is not snake_case.`, [...at, 'properties', name]);
      }
      if (/(^|_)id$/.test(name) && !anyId.includes(name) && !prefix(property)) {
        wrong(`The member ${name} must be one of shared/ids.yaml.`, [...at, 'properties', name]);
      }
    }
    bounds(schema, at, wrong);
  }
  for (const [index, parameter] of (operation.parameters ?? []).entries()) {
    const at = [...path, 'parameters', index];
    if (parameter.in !== 'header' && !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(parameter.name)) {
      wrong(`The parameter ${parameter.name} is not snake_case.`, at);
    }
    if (/(^|_)id$/.test(parameter.name) && !anyId.includes(parameter.name) && !prefix(parameter.schema)) {
      wrong(`The parameter ${parameter.name} must be one of shared/ids.yaml.`, at);
    }
    if (/password|secret|api_?key|^token$/i.test(parameter.name)) {
      wrong(`${parameter.name}: a secret must not stand in an address.`, at);
    }
  }
  answersAreWhole(operation, path, wrong);
  return found;
}

function prefix(schema) {
  for (const [part] of schemas(schema, [])) {
    const id = part['x-id-prefix'];
    if (id) return part.pattern === `^${id}_[0-7][0-9a-hjkmnp-tv-z]{25}$` && part.maxLength === 30;
  }
  return false;
}

function bounds(schema, at, wrong) {
  if (schema.enum || schema.const !== undefined) return;
  const is = (type) => types(schema).includes(type);
  if (is('string') && schema.maxLength === undefined) wrong('A string needs maxLength.', at);
  if (is('string') && !schema.pattern && !schema.format) wrong('A string needs a pattern or a format.', at);
  if (is('array') && schema.maxItems === undefined) wrong('An array needs maxItems.', at);
  if (is('integer') && (schema.minimum === undefined || schema.maximum === undefined || !schema.format)) {
    wrong('An integer needs minimum, maximum and format.', at);
  }
  if (is('integer') && (schema.minimum < -SAFE || schema.maximum > SAFE)) wrong('An integer must be exact in JavaScript.', at);
  if (is('number')) wrong('No fractions: give integers of a smaller unit.', at);
  if (is('object') && schema.additionalProperties === undefined) wrong('An object says what further members it may have.', at);
  if (is('object') && schema.additionalProperties !== false && !schema.properties && schema.maxProperties === undefined) {
    wrong('A map needs maxProperties.', at);
  }
}

/** An answer has all its members always, null where there is nothing; only an expanded one may be missing. */
function answersAreWhole(operation, path, wrong) {
  for (const { content, status, path: at } of media(operation, path)) {
    if (!status?.startsWith('2')) continue;
    for (const [schema, where] of schemas(content.schema, [...at, 'schema'])) {
      const page = schema.properties?.next_cursor !== undefined;
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        const mayMiss = property['x-expanded'] === true || page && name.startsWith('total');
        if (mayMiss === (schema.required ?? []).includes(name)) {
          wrong(`The member ${name} of an answer must ${mayMiss ? 'not ' : ''}be required.`, [...where, 'properties', name]);
        }
      }
    }
  }
}
