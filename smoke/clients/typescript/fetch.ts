// Creates, reads, patches, lists and deletes through a client of openapi-generator's typescript-fetch.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CatalogApi, Configuration, ResponseError, RuntimeApi } from './target/fetch';

const run = randomUUID();
const connection = new Configuration({ basePath: process.env.GUILDHALL_URL, accessToken: process.env.GUILDHALL_TOKEN });

async function missing(answer: Promise<unknown>) {
  await assert.rejects(answer, (error) => error instanceof ResponseError && error.response.status === 404);
}

async function products(catalog: CatalogApi) {
  const newProduct = { name: `Generated ${run}`, externalId: run };
  const tried = await catalog.createProduct({ newProduct, dryRun: true });
  assert.equal(tried.name, newProduct.name);
  await missing(catalog.getProduct({ productId: tried.id }));
  const made = await catalog.createProduct({ newProduct, idempotencyKey: run });
  assert.equal((await catalog.createProduct({ newProduct, idempotencyKey: run })).id, made.id);
  assert.equal(made.lifecycleStatus, 'draft');
  const patched = await catalog.updateProduct({ productId: made.id, productPatch: { name: `Patched ${run}` } });
  assert.deepEqual(await catalog.getProduct({ productId: made.id }), patched);
  const listed = await catalog.listProducts({ externalId: run, limit: 10 });
  assert.deepEqual(listed.data, [patched]);
}

async function identities(runtime: RuntimeApi) {
  const person = await runtime.createPerson({ newPerson: { name: `Generated ${run}` } });
  const identity = await runtime.createPersonIdentity({
    personId: person.id,
    newPersonIdentity: { issuer: 'https://id.example', subject: run },
  });
  await runtime.deletePersonIdentity({ personIdentityId: identity.id });
  await missing(runtime.getPersonIdentity({ personIdentityId: identity.id }));
}

async function main() {
  await products(new CatalogApi(connection));
  await identities(new RuntimeApi(connection));
  console.log('  ok   create, read, patch, list, delete');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
