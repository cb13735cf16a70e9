// Creates, reads, patches, lists and deletes with the types of openapi-typescript and the client openapi-fetch.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from './target/schema';

const run = randomUUID();
// Without the media type an answer's type would be that of every media type, the envelope of dry runs among them.
const client = createClient<paths, 'application/json'>({
  baseUrl: process.env.GUILDHALL_URL,
  headers: { Authorization: `Bearer ${process.env.GUILDHALL_TOKEN}` },
});

function found<T>(answer: { data?: T; error?: unknown }): T {
  assert.equal(answer.error, undefined);
  assert.ok(answer.data);
  return answer.data;
}

async function products() {
  const body = { name: `Generated ${run}`, external_id: run };
  const tried = found(await client.POST('/api/v1/catalog/products', { body, params: { query: { dry_run: true } } }));
  const never = await client.GET('/api/v1/catalog/products/{product_id}', { params: { path: { product_id: tried.id } } });
  assert.equal(never.response.status, 404);
  const made = found(await client.POST('/api/v1/catalog/products', { body, params: { header: { 'Idempotency-Key': run } } }));
  assert.equal(made.lifecycle_status, 'draft');
  const path = { product_id: made.id };
  const patched = found(await client.PATCH('/api/v1/catalog/products/{product_id}', {
    params: { path },
    body: { name: `Patched ${run}` },
    headers: { 'Content-Type': 'application/merge-patch+json' },
  }));
  assert.deepEqual(found(await client.GET('/api/v1/catalog/products/{product_id}', { params: { path } })), patched);
  const listed = found(await client.GET('/api/v1/catalog/products', { params: { query: { external_id: run } } }));
  assert.deepEqual(listed.data, [patched]);
}

async function identities() {
  const person = found(await client.POST('/api/v1/runtime/persons', { body: { name: `Generated ${run}` } }));
  const identity = found(await client.POST('/api/v1/runtime/persons/{person_id}/identities', {
    params: { path: { person_id: person.id } },
    body: { issuer: 'https://id.example', subject: run },
  }));
  const params = { path: { person_identity_id: identity.id } };
  const deleted = await client.DELETE('/api/v1/runtime/person-identities/{person_identity_id}', { params });
  assert.equal(deleted.response.status, 204);
  const gone = await client.GET('/api/v1/runtime/person-identities/{person_identity_id}', { params });
  assert.equal(gone.response.status, 404);
}

async function booking() {
  const classType = found(await client.POST('/api/v1/schedule/class-types', {
    body: { name: `Spin ${run}`, duration_minutes: 45, capacity: 1 },
  }));
  const session = found(await client.POST('/api/v1/schedule/sessions', {
    body: { class_type_id: classType.id, starts_at: new Date(Date.now() + 3 * 24 * 3600 * 1000).toISOString() },
  }));
  const person = found(await client.POST('/api/v1/runtime/persons', { body: { name: `Generated ${run}` } }));
  const wanted = {
    body: { session_id: session.id, person_id: person.id },
    params: { header: { 'Idempotency-Key': `booking-${run}` } },
  };
  const made = found(await client.POST('/api/v1/schedule/bookings', wanted));
  assert.equal(made.state, 'booked');
  assert.deepEqual(found(await client.POST('/api/v1/schedule/bookings', wanted)), made);
  const params = { path: { booking_id: made.id } };
  const canceled = found(await client.POST('/api/v1/schedule/bookings/{booking_id}/cancel', { params, body: {} }));
  assert.equal(canceled.state, 'canceled');
  assert.deepEqual(found(await client.GET('/api/v1/schedule/bookings/{booking_id}', { params })), canceled);
}

async function main() {
  await products();
  await identities();
  await booking();
  console.log('  ok   create, read, patch, list, delete, book');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
