#!/usr/bin/env python3
"""Fetches simdjson's amalgamated sources into the directory given.

They travel inside the source distribution of pysimdjson. This finds and downloads that archive
with pip's own machinery, so that pip's settings (index, proxy, certificates) hold, but builds
nothing and runs none of its code: `pip download` would do both to learn the metadata.
Run it with a Python that has pip.
"""

import hashlib
import io
import pathlib
import sys
import tarfile

PROJECT = "pysimdjson"
VERSION = "7.0.2"
ARCHIVE = f"{PROJECT}-{VERSION}.tar.gz"
SHA256 = "44cf276e48912a3b9c7ca362c14da8420a7ac15a9f1a16ec95becff86db3904a"
FILES = ("simdjson.h", "simdjson.cpp")


def download() -> bytes:
    """Returns the archive from where pip would take it."""
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args(["--no-deps", "--no-binary", PROJECT, "--retries", "2", PROJECT])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session)
        for candidate in finder.find_all_candidates(PROJECT):
            if candidate.link.filename == ARCHIVE:
                response = session.get(candidate.link.url_without_fragment,
                                       headers={"Accept-Encoding": "identity"})
                response.raise_for_status()
                return response.content
    raise SystemExit(f"{ARCHIVE} was not found by pip")


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: fetch_simdjson.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    archive = download()
    digest = hashlib.sha256(archive).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{ARCHIVE} has the wrong SHA-256: {digest}, expected {SHA256}")
    directory.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for name in FILES:
            member = tar.extractfile(f"{PROJECT}-{VERSION}/simdjson/{name}")
            (directory / name).write_bytes(member.read())


if __name__ == "__main__":
    main()
