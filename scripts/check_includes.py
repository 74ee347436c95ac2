#!/usr/bin/env python3
"""Checks the #include lines of the project, and the names of classes, against docs/architecture.md.

usage: check_includes.py [PROJECT_DIRECTORY]

Reports every line that breaks a rule of the section "Rules that the test run checks", as
`file:line: reason`, and exits with 1 when there is one.
"""

import pathlib
import re
import sys

TABLE = "docs/architecture.md"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
NAMESPACE = re.compile(r"^namespace ([\w:]+) \{")
CLASS = re.compile(r"^(?:class|struct) (?:FIRESTEEL_EXPORT )?(\w+)(?: final)?(?: : .*)?(?: \{.*)?$")
TEST_FOLDERS = ("tests", "benchmarks", "examples")
# What public headers may include besides the public headers and the standard library.
PUBLIC_DEPENDENCIES = ("arrow/", "boost/describe", "boost/mp11")
WIDE_HEADER = re.compile(
    r"^(arrow/([a-z]+/)*api\.h|arrow/(array|builder)\.h|(arrow/compute|parquet)/(?!.*type_fwd).*"
    r"|nlohmann/json\.hpp)$")


def read_table(root: pathlib.Path) -> dict[str, set[str]]:
    """Returns each folder's row, the folder itself and everything reachable included."""
    text = (root / TABLE).read_text(encoding="utf-8")
    match = re.search(r"<!-- include table: begin.*?-->(.*?)<!-- include table: end -->", text, re.S)
    if not match:
        raise SystemExit(f"{TABLE} has no include table")
    rows: dict[str, set[str]] = {}
    for line in match.group(1).splitlines():
        cells = line.strip().strip("|").split("|")
        names = re.findall(r"`([^`]+)`", cells[0])
        if names:
            rows[names[0]] = set(re.findall(r"`([^`]+)`", cells[1]))
    for folder, allowed in rows.items():
        for name in allowed - rows.keys():
            raise SystemExit(f"{TABLE}: the row of {folder} names {name}, which has no row")

    def reachable(folder: str, seen: set[str]) -> set[str]:
        if folder not in seen:
            seen.add(folder)
            for name in rows[folder]:
                reachable(name, seen)
        return seen

    return {folder: reachable(folder, set()) for folder in rows}


class Checker:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.table = read_table(root)
        self.violations: list[str] = []
        self.classes: dict[tuple[str, str], str] = {}  # where each class is defined

    def folder_of(self, path: str) -> str | None:
        """Returns the row for a path below src/ or the project: `connect/server/a.h` belongs to
        `connect/server`, `exec/stateful/a.h` to `exec`; None where no row fits."""
        parts = path.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            if "/".join(parts[:length]) in self.table:
                return "/".join(parts[:length])
        return None

    def report(self, path: pathlib.Path, line: int, reason: str) -> None:
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {reason}")

    def check_all(self) -> int:
        files = 0
        for top in ("include", "src", *TEST_FOLDERS):
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in (".h", ".cc") and path.is_file():
                    files += 1
                    self.check_file(path, top)
        return files

    @staticmethod
    def is_outside(path: pathlib.Path) -> bool:
        """Tells whether a file belongs to a project of its own, built on the installed library."""
        lists = path.parent / "CMakeLists.txt"
        return lists.exists() and re.search(r"^project\(", lists.read_text(encoding="utf-8"),
                                            re.M) is not None

    def check_class_names(self, path: pathlib.Path, lines: list[str]) -> None:
        """Two classes of one name are one to the linker, which then calls either's destructor."""
        namespace = ""
        for number, line in enumerate(lines, 1):
            if found := NAMESPACE.match(line):
                namespace = found.group(1)
            elif (found := CLASS.match(line)) and not line.rstrip().endswith(";"):
                place = f"{path.relative_to(self.root)}:{number}"
                first = self.classes.setdefault((namespace, found.group(1)), place)
                if first != place:
                    self.report(path, number, f"{first} has a class {found.group(1)} too")

    def check_file(self, path: pathlib.Path, top: str) -> None:
        includes = []
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".h" and top in ("include", "src"):
            self.check_class_names(path, lines)
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                includes.append((number, match.group(1), match.group(2)))
        if top != "include" and self.is_outside(path):
            for number, bracket, name in includes:
                if not (path.parent / name).exists():
                    self.check_public(path, number, bracket, name)
            return
        allowed = self.allowed_folders(path, top)
        if path.suffix == ".cc":
            self.check_first_include(path, includes)
        for number, bracket, name in includes:
            if name in ("regex", "boost/regex.hpp"):
                self.report(path, number, f"<{name}> is not used here: PCRE2 is")
            if path.suffix == ".h" and top in ("include", "src") and WIDE_HEADER.match(name):
                self.report(path, number, f"{name} is too wide for a header: include a narrower one")
            if top == "include":
                self.check_public(path, number, bracket, name)
            elif allowed is not None:
                self.check_folder(path, number, bracket, name, allowed)

    def allowed_folders(self, path: pathlib.Path, top: str) -> set[str] | None:
        """Returns the folders that a file may include, None for public headers."""
        if top == "include":
            return None
        relative = path.relative_to(self.root / "src" if top == "src" else self.root).as_posix()
        folder = self.folder_of(relative)
        if folder is None:
            self.report(path, 1, f"this folder has no row in the include table of {TABLE}")
            return None
        allowed = set(self.table[folder])
        if path.name.endswith("_test.cc"):
            allowed |= self.table["testing"]
        return allowed

    def check_first_include(self, path: pathlib.Path, includes: list) -> None:
        own = path.stem + ".h"
        named = [name for _, _, name in includes if name.split("/")[-1] == own]
        sibling = path.with_suffix(".h")
        if sibling.exists() and self.root / "src" in path.parents:
            expected = sibling.relative_to(self.root / "src").as_posix()
        elif any(name.startswith("firesteel/") for name in named):
            expected = next(name for name in named if name.startswith("firesteel/"))
        else:
            return
        if not includes or includes[0][2] != expected:
            self.report(path, includes[0][0] if includes else 1, f'"{expected}" must come first')

    def check_public(self, path: pathlib.Path, number: int, bracket: str, name: str) -> None:
        standard = bracket == "<" and "/" not in name and not name.endswith(".h")
        if not standard and not name.startswith(("firesteel/", *PUBLIC_DEPENDENCIES)):
            self.report(path, number, f"a public header may not include {name}")
        elif name.startswith("firesteel/") and not (self.root / "include" / name).exists():
            self.report(path, number, f"{name} is not a public header")

    def check_folder(self, path: pathlib.Path, number: int, bracket: str, name: str,
                     allowed: set[str]) -> None:
        if bracket == '"' and "/" not in name and (path.parent / name).exists():
            self.report(path, number, f'write "{name}" with its folder, from src/ on')
        if name.startswith("../") or "/../" in name:
            self.report(path, number, f'write "{name}" with its folder, from src/ on')
        if name.startswith(("src/", "include/")):
            self.report(path, number, f'write "{name}" without its first folder')
        folder = self.folder_of(name)
        if folder is not None and folder not in TEST_FOLDERS and folder not in allowed:
            self.report(path, number, f"{name}: the include table does not let this folder "
                                      f"include {folder}")


def main() -> None:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    checker = Checker(root)
    files = checker.check_all()
    for violation in checker.violations:
        print(violation)
    print(f"{files} files, {len(checker.violations)} violations")
    raise SystemExit(1 if checker.violations else 0)


if __name__ == "__main__":
    main()
