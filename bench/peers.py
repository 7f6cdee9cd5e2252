"""What others do with the same files: each command as its users type it, with the settings it comes with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench.files import Files
from bench.measure import Contestant
from bench.servers import S3

_PROGRAMS = Path(sys.executable).parent


def s3_peers(files: Files, server: S3) -> list[Contestant]:
    """s5cmd, rclone, the AWS command line and boto3's `upload_file`, in that order."""
    keys = {
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        # awscrt is here for our own checksum; its signer would slow boto3 and the command line down
        "BOTO_DISABLE_CRT": "true",
    }
    rclone = {
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_CONFIG_PEER_TYPE": "s3",
        "RCLONE_CONFIG_PEER_PROVIDER": "Ceph",
        "RCLONE_CONFIG_PEER_ENDPOINT": server.endpoint,
        "RCLONE_CONFIG_PEER_ACCESS_KEY_ID": server.access_key,
        "RCLONE_CONFIG_PEER_SECRET_ACCESS_KEY": server.secret_key,
        "RCLONE_CONFIG_PEER_REGION": "us-east-1",
    }
    target = f"{server.bucket}/peers/{files.name}"
    boto3 = [sys.executable, "-m", "bench.boto3_upload", str(files.folder), server.endpoint, server.bucket]
    return [
        Contestant("s5cmd", _s5cmd(files, server, target), keys),
        Contestant("rclone", _rclone(files, target), rclone),
        Contestant("awscli", _awscli(files, server, target), keys),
        Contestant("boto3 upload_file", lambda number: [*boto3, f"peers/{files.name}/boto3-{number}"], keys),
    ]


def _s5cmd(files: Files, server: S3, target: str) -> Callable[[int], list[str]]:
    command = [str(_PROGRAMS / "s5cmd"), "--log", "error", "--endpoint-url", server.endpoint, "cp", f"{files.folder}/"]
    return lambda number: [*command, f"s3://{target}/s5cmd-{number}/"]


def _rclone(files: Files, target: str) -> Callable[[int], list[str]]:
    command = [str(_PROGRAMS / "rclone"), "copy", "--s3-no-check-bucket", str(files.folder)]
    return lambda number: [*command, f"peer:{target}/rclone-{number}"]


def _awscli(files: Files, server: S3, target: str) -> Callable[[int], list[str]]:
    aws = [str(_PROGRAMS / "aws"), "--endpoint-url", server.endpoint]
    command = [*aws, "s3", "cp", "--recursive", "--only-show-errors", str(files.folder)]
    return lambda number: [*command, f"s3://{target}/awscli-{number}/"]
