"""One side of `bench.destroy`: ``python -m bench.destroy_child fill|destroy|bare SERVER UNIT COUNT``."""

from __future__ import annotations

import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from bench import station
from bench.ours import measured
from bench.servers import S3
from blocks.s3_listing import listed
from blocks.s3_wire import Wire

_CONTENT = bytes(1 << 10)
_A_CALL = 1_000


def fill(server: S3, keys: list[str]) -> dict[str, Any]:
    """Put something under every key."""
    wire, digest = _wire(server), hashlib.sha256(_CONTENT).hexdigest()
    with measured() as told, ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda key: wire.send("PUT", key, body=_CONTENT, payload_sha256=digest), keys)
        if any(answer.status != 200 for answer in answers):
            raise RuntimeError("the server did not take it")
    return told


def destroy(server: S3, keys: list[str]) -> dict[str, Any]:
    """As the disposal task does it."""
    vault = station.s3_vault(server)
    with measured() as told:
        done = [each for call in _calls(keys) for each in vault.destroy(call, station.now())]
    if not all(each.gone and each.removed == 1 for each in done):
        raise RuntimeError("something is left")
    return told


def bare(server: S3, keys: list[str]) -> dict[str, Any]:
    """As little as can be done; the versions' ids are known already."""
    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    folder = keys[0].rpartition("/")[0]
    ids = {line.key: str(line.version) for line in listed(_wire(server), f"{folder}/")}
    with measured() as told:
        for call in _calls(keys):
            objects: Any = [{"Key": key, "VersionId": ids[key]} for key in call]
            refused = client.delete_objects(Bucket=server.bucket, Delete={"Objects": objects, "Quiet": True})
            if refused.get("Errors"):
                raise RuntimeError("something is left")
    return told


def _calls(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + _A_CALL] for start in range(0, len(keys), _A_CALL)]


def _wire(server: S3) -> Wire:
    return Wire(station.s3_block(server)._settings())


TASKS = {"fill": fill, "destroy": destroy, "bare": bare}


def main() -> None:
    task, server, unit, count = sys.argv[1:]
    names = (hashlib.sha256(f"{unit} {number}".encode()).hexdigest() for number in range(int(count)))
    keys = sorted(f"originals/{unit}/2026/11/{name}" for name in names)
    print(json.dumps(TASKS[task](S3.from_json(server), keys)))


if __name__ == "__main__":
    main()
