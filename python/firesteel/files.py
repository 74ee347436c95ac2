"""Makes the files that a client added to its session visible to functions in this process.

The engine keeps them in one directory: modules and files as they are, archives in `.archives` under
the name `file.zip#folder`. It becomes the current directory and comes first on sys.path, beside the
zips in it; archives are unpacked into it, by whichever worker is the first.
"""

import importlib
import os
import shutil
import sys
import tempfile

_paths = []  # that were added to sys.path


def use(directory):
    """Called before each function; `directory` may be empty, and gets more files as time goes."""
    if not directory or not os.path.isdir(directory):
        return
    _unpack_archives(directory)
    paths = [directory] + [
        os.path.join(directory, name)
        for name in sorted(os.listdir(directory))
        if name.endswith((".zip", ".egg", ".jar"))
    ]
    if paths != _paths:
        for path in _paths:
            if path in sys.path:
                sys.path.remove(path)
        _paths[:] = paths
        sys.path[1:1] = paths
    importlib.invalidate_caches()
    os.chdir(directory)
    _tell_spark_files(directory)


def _unpack_archives(directory):
    kept = os.path.join(directory, ".archives")
    if not os.path.isdir(kept):
        return
    for name in os.listdir(kept):
        file, _, folder = name.partition("#")
        target = os.path.join(directory, folder or file)
        if os.path.exists(target):
            continue
        os.makedirs(kept + "-unpacking", exist_ok=True)
        unpacked = tempfile.mkdtemp(dir=kept + "-unpacking")
        shutil.unpack_archive(os.path.join(kept, name), unpacked, _format(file))
        try:
            os.rename(unpacked, target)
        except OSError:  # another worker was faster
            shutil.rmtree(unpacked, ignore_errors=True)


def _format(name):
    endings = {".zip": "zip", ".jar": "zip", ".tar.gz": "gztar", ".tgz": "gztar", ".tar": "tar"}
    for ending, of_ending in endings.items():
        if name.endswith(ending):
            return of_ending
    return None


def _tell_spark_files(directory):
    try:
        from pyspark.core.files import SparkFiles
    except ImportError:  # the small client has none
        return
    SparkFiles._root_directory = directory
    SparkFiles._is_running_on_worker = True
