"""`python -m deployments.prefect_server server start …`: Prefect's own command, its scheduler mended.

Prefect 3.8.8 asks for SQLAlchemy below 3, but on 2.1 its scheduler creates not one scheduled run: it inserts runs in
bulk with their states among the columns, which 2.0 passed over and 2.1 refuses (the states are inserted afterwards,
apart). Without this no sweep, audit or notice would ever begin by itself. Gone as soon as Prefect runs on 2.1;
`tests/deployments/test_schedules.py` tells.
"""

from __future__ import annotations

from typing import Any


def pass_over_states() -> None:
    """Have states among the columns of a bulk insert passed over."""
    from prefect.server.database.orm_models import FlowRun

    state: Any = FlowRun.__mapper__.all_orm_descriptors["state"]
    state.bulk_dml_setter = lambda cls, mapping, value: None


def main() -> None:
    """Run Prefect's command."""
    from prefect.cli import app

    pass_over_states()
    app()


if __name__ == "__main__":
    main()
