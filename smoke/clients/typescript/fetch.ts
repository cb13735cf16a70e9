// Creates, reads, patches, lists and deletes through a client of openapi-generator's typescript-fetch.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { BookingsApi, ClassTypesApi, Configuration, PersonIdentitiesApi, PersonsApi, ProductsApi, ResponseError, SessionsApi } from './target/fetch';

const run = randomUUID();
const connection = new Configuration({ basePath: process.env.GUILDHALL_URL, accessToken: process.env.GUILDHALL_TOKEN });

async function missing(answer: Promise<unknown>) {
  await assert.rejects(answer, (error) => error instanceof ResponseError && error.response.status === 404);
}

async function products(api: ProductsApi) {
  const newProduct = { name: `Generated ${run}`, externalId: run };
  const tried = await api.createProduct({ newProduct, dryRun: true });
  assert.equal(tried.name, newProduct.name);
  await missing(api.getProduct({ productId: tried.id }));
  const made = await api.createProduct({ newProduct, idempotencyKey: run });
  assert.equal((await api.createProduct({ newProduct, idempotencyKey: run })).id, made.id);
  assert.equal(made.lifecycleStatus, 'draft');
  const patched = await api.updateProduct({ productId: made.id, productPatch: { name: `Patched ${run}` } });
  assert.deepEqual(await api.getProduct({ productId: made.id }), patched);
  const listed = await api.listProducts({ externalId: run, limit: 10 });
  assert.deepEqual(listed.data, [patched]);
}

async function linked(persons: PersonsApi, identities: PersonIdentitiesApi) {
  const person = await persons.createPerson({ newPerson: { name: `Generated ${run}` } });
  const identity = await identities.createPersonIdentity({
    personId: person.id,
    newPersonIdentity: { issuer: 'https://id.example', subject: run },
  });
  await identities.deletePersonIdentity({ personIdentityId: identity.id });
  await missing(identities.getPersonIdentity({ personIdentityId: identity.id }));
}

async function booked(api: BookingsApi) {
  const newClassType = { name: `Spin ${run}`, durationMinutes: 45, capacity: 1 };
  const classType = await new ClassTypesApi(connection).createClassType({ newClassType });
  const newSession = { classTypeId: classType.id, startsAt: new Date(Date.now() + 3 * 24 * 3600 * 1000) };
  const session = await new SessionsApi(connection).createSession({ newSession });
  const person = await new PersonsApi(connection).createPerson({ newPerson: { name: `Generated ${run}` } });
  const wanted = { newBooking: { sessionId: session.id, personId: person.id }, idempotencyKey: `booking-${run}` };
  const made = await api.createBooking(wanted);
  assert.equal(made.state, 'booked');
  assert.deepEqual(await api.createBooking(wanted), made);
  const canceled = await api.cancelBooking({ bookingId: made.id, bookingCancellation: {} });
  assert.equal(canceled.state, 'canceled');
  assert.deepEqual((await api.listBookings({ sessionId: session.id })).data, [canceled]);
}

async function main() {
  await products(new ProductsApi(connection));
  await linked(new PersonsApi(connection), new PersonIdentitiesApi(connection));
  await booked(new BookingsApi(connection));
  console.log('  ok   create, read, patch, list, delete, book');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
