"""Creates, reads, patches, lists and deletes through a client of openapi-generator."""

import datetime
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


def products(api):
    wanted = openapi_client.NewProduct(name=f"Generated {RUN}", external_id=RUN)
    tried = api.create_product(wanted, dry_run=True)
    assert tried.name == wanted.name
    missing(api.get_product, tried.id)
    made = api.create_product(wanted, idempotency_key=RUN)
    assert api.create_product(wanted, idempotency_key=RUN).id == made.id
    assert made.lifecycle_status == "draft"
    patched = api.update_product(made.id, openapi_client.ProductPatch(name=f"Patched {RUN}"))
    assert api.get_product(made.id) == patched
    assert api.list_products(external_id=RUN, limit=10).data == [patched]


def identities(persons, linking):
    person = persons.create_person(openapi_client.NewPerson(name=f"Generated {RUN}"))
    linked = openapi_client.NewPersonIdentity(issuer="https://id.example", subject=RUN)
    identity = linking.create_person_identity(person.id, linked)
    linking.delete_person_identity(identity.id)
    missing(linking.get_person_identity, identity.id)


def booking(client):
    class_type = openapi_client.ClassTypesApi(client).create_class_type(
        openapi_client.NewClassType(name=f"Spin {RUN}", duration_minutes=45, capacity=1)
    )
    starts_at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
    session = openapi_client.SessionsApi(client).create_session(
        openapi_client.NewSession(class_type_id=class_type.id, starts_at=starts_at)
    )
    person = openapi_client.PersonsApi(client).create_person(openapi_client.NewPerson(name=f"Generated {RUN}"))
    api = openapi_client.BookingsApi(client)
    wanted = openapi_client.NewBooking(session_id=session.id, person_id=person.id)
    made = api.create_booking(wanted, idempotency_key=f"booking-{RUN}")
    assert made.state == "booked"
    assert api.create_booking(wanted, idempotency_key=f"booking-{RUN}") == made
    canceled = api.cancel_booking(made.id, booking_cancellation=openapi_client.BookingCancellation())
    assert canceled.state == "canceled"
    assert api.list_bookings(session_id=session.id, limit=10).data == [canceled]


configuration = openapi_client.Configuration(host=os.environ["GUILDHALL_URL"], access_token=os.environ["GUILDHALL_TOKEN"])
with openapi_client.ApiClient(configuration) as client:
    products(openapi_client.ProductsApi(client))
    identities(openapi_client.PersonsApi(client), openapi_client.PersonIdentitiesApi(client))
    booking(client)
print("  ok   create, read, patch, list, delete, book")
