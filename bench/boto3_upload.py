"""The peer boto3: ``python -m bench.boto3_upload FOLDER ENDPOINT BUCKET PREFIX``, `upload_file` with all defaults."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import boto3


def main() -> None:
    folder, endpoint, bucket, prefix = sys.argv[1:]
    client = boto3.client("s3", endpoint_url=endpoint)
    began, used = time.perf_counter(), time.process_time()
    for path in sorted(Path(folder).iterdir()):
        client.upload_file(str(path), bucket, f"{prefix}/{path.name}")
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}))


if __name__ == "__main__":
    main()
