"""The peer of a decision: FastAPI, one form, one row inserted and committed (``uvicorn --factory``)."""

from __future__ import annotations

import os
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Form, Response
from sqlalchemy import create_engine, text


def app() -> FastAPI:
    engine = create_engine(os.environ["BENCH_DATABASE_URL"], pool_pre_ping=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, said text)"))
    made = FastAPI()

    @made.post("/insert")
    def insert(reason: Annotated[str, Form()]) -> Response:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO bare VALUES (:id, :said)"), {"id": str(uuid4()), "said": reason})
        return Response(status_code=201)

    return made
