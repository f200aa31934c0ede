"""Where Alembic meets our tables. It is given a connection in a transaction and never opens one itself."""

from alembic import context
from sqlmodel import SQLModel

import models

assert models.__all__, "the tables are in the metadata once their modules are imported"

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
