"""Creates, reads, patches, lists and deletes through a client of openapi-generator."""

import os
import uuid

import openapi_client
from openapi_client.exceptions import NotFoundException

RUN = str(uuid.uuid4())


def missing(read, identifier):
    try:
        read(identifier)
    except NotFoundException:
        return
    raise AssertionError(f"{identifier} is still there")


def products(catalog):
    wanted = openapi_client.NewProduct(name=f"Generated {RUN}", external_id=RUN)
    tried = catalog.create_product(wanted, dry_run=True)
    assert tried.name == wanted.name
    missing(catalog.get_product, tried.id)
    made = catalog.create_product(wanted, idempotency_key=RUN)
    assert catalog.create_product(wanted, idempotency_key=RUN).id == made.id
    assert made.lifecycle_status == "draft"
    patched = catalog.update_product(made.id, openapi_client.ProductPatch(name=f"Patched {RUN}"))
    assert catalog.get_product(made.id) == patched
    assert catalog.list_products(external_id=RUN, limit=10).data == [patched]


def identities(runtime):
    person = runtime.create_person(openapi_client.NewPerson(name=f"Generated {RUN}"))
    linked = openapi_client.NewPersonIdentity(issuer="https://id.example", subject=RUN)
    identity = runtime.create_person_identity(person.id, linked)
    runtime.delete_person_identity(identity.id)
    missing(runtime.get_person_identity, identity.id)


configuration = openapi_client.Configuration(host=os.environ["GUILDHALL_URL"], access_token=os.environ["GUILDHALL_TOKEN"])
with openapi_client.ApiClient(configuration) as client:
    products(openapi_client.CatalogApi(client))
    identities(openapi_client.RuntimeApi(client))
print("  ok   create, read, patch, list, delete")
