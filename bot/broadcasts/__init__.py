"""One message of the operator to many people: whom, when, how far it has come."""
