"""An empty database on the PostgreSQL that xtask prepared. Knows nothing of what is kept in it."""
import os
import uuid


def fresh_database(purpose):
    """Makes an empty database and returns its address."""
    import psycopg2

    address = os.environ.get("ATREST_TEST_POSTGRES")
    if not address:
        raise SystemExit(f"ATREST_TEST_POSTGRES is not set; run this by `cargo xtask ci {purpose}`")
    name = f"{purpose}_{uuid.uuid4().hex[:12]}"
    connection = psycopg2.connect(address)
    connection.autocommit = True
    connection.cursor().execute(f"create database {name}")
    connection.close()
    return address.rsplit("/", 1)[0] + "/" + name
