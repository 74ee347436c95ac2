#!/usr/bin/env python3
"""Tests check_includes.py on small trees with one violation each."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("check_includes.py")
TABLE = """<!-- include table: begin -->
| folder | may include |
|---|---|
| `common` | nothing |
| `types` | `common` |
| `exec` | `types` |
| `library` | `exec` |
| `testing` | `library` |
| `connect/client` | `types` |
| `connect/server` | `exec` |
| `tests` | `testing` |
<!-- include table: end -->
"""


class CheckIncludesTest(unittest.TestCase):
    def check(self, files: dict[str, str]) -> str:
        """Returns the first violation that the checker prints for a tree, "" when it accepts it."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name, text in {"docs/architecture.md": TABLE, **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            result = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)
            self.assertEqual(result.stderr, "")
            lines = result.stdout.splitlines()
            self.assertEqual(result.returncode, 0 if len(lines) == 1 else 1)
            return lines[0] if len(lines) > 1 else ""

    def test_rows_hold_transitively_and_for_subfolders(self):
        self.assertEqual(self.check({
            "src/exec/stateful/join.h": '#include "common/a.h"\n#include "types/b.h"\n'
                                        '#include "exec/c.h"\n#include "firesteel/row.h"\n'}), "")

    def test_upward_include(self):
        self.assertEqual(
            self.check({"src/types/a.h": '#pragma once\n#include "exec/a.h"\n'}),
            "src/types/a.h:2: exec/a.h: the include table does not let this folder include exec")

    def test_subfolders_with_rows_of_their_own(self):
        self.assertIn("include connect/client",
                      self.check({"src/connect/server/a.h": '#include "connect/client/a.h"\n'}))

    def test_unit_tests_may_use_testing_but_not_everything(self):
        self.assertEqual(self.check({"src/types/a_test.cc": '#include "testing/a.h"\n'}), "")
        self.assertIn("include connect/server",
                      self.check({"src/types/a_test.cc": '#include "connect/server/a.h"\n'}))
        self.assertIn("include testing", self.check({"src/types/a.cc": '#include "testing/a.h"\n'}))

    def test_folder_without_row(self):
        self.assertIn("has no row", self.check({"src/misc/a.h": ""}))

    def test_own_header_first(self):
        self.assertIn('"types/a.h" must come first',
                      self.check({"src/types/a.h": "", "src/types/a.cc": "#include <vector>\n"
                                                                         '#include "types/a.h"\n'}))
        self.assertIn('"firesteel/row.h" must come first', self.check({
            "src/types/row.cc": '#include "types/a.h"\n#include "firesteel/row.h"\n'}))

    def test_wide_headers(self):
        for name in ("arrow/api.h", "arrow/array.h", "arrow/builder.h", "arrow/compute/api_scalar.h",
                     "arrow/io/api.h", "parquet/arrow/reader.h", "nlohmann/json.hpp"):
            self.assertIn("too wide", self.check({"src/types/a.h": f'#include "{name}"\n'}), name)
            self.assertEqual(self.check({"src/types/a.cc": f'#include "{name}"\n'}), "", name)
        self.assertEqual(self.check({"src/types/a.h": '#include "arrow/array/array_base.h"\n'
                                                      '#include <arrow/compute/type_fwd.h>\n'}), "")

    def test_public_headers_know_only_public_headers(self):
        for name in ("types/cast.h", "fmt/format.h", "firesteel/nothing.h"):
            self.assertIn(name, self.check({"include/firesteel/a.h": f'#include "{name}"\n'}))
        self.assertEqual(self.check({
            "include/firesteel/b.h": "",
            "include/firesteel/a.h": '#include <vector>\n#include "arrow/status.h"\n'
                                     '#include "firesteel/b.h"\n'}), "")

    def test_a_class_has_its_name_for_itself(self):
        class_a = "#pragma once\nnamespace firesteel {\nclass A final : public B {\n};\n}\n"
        forward = "#pragma once\nnamespace firesteel {\nclass A;\n}\n"
        other = "#pragma once\nnamespace firesteel::test {\nstruct A {\n};\n}\n"
        self.assertEqual(self.check({"src/types/a.h": class_a, "src/types/b.h": forward,
                                     "src/types/c.h": other}), "")
        self.assertEqual(self.check({"src/exec/b.h": class_a, "src/types/a.h": class_a}),
                         "src/types/a.h:3: src/exec/b.h:3 has a class A too")

    def test_projects_of_their_own_know_only_public_headers(self):
        project = {"tests/outside/CMakeLists.txt": "project(outside)\n",
                   "tests/outside/own.h": "#pragma once\n", "include/firesteel/a.h": ""}
        text = '#include "firesteel/a.h"\n#include "own.h"\n#include <vector>\n'
        self.assertEqual(self.check({**project, "tests/outside/main.cc": text}), "")
        self.assertIn("may not include types/a.h", self.check(
            {**project, "tests/outside/main.cc": '#include "types/a.h"\n'}))

    def test_regex_is_banned(self):
        self.assertIn("PCRE2", self.check({"src/types/a.cc": "#include <regex>\n"}))

    def test_paths_start_at_src(self):
        self.assertIn("with its folder", self.check({"src/types/a.h": "",
                                                     "src/types/b.cc": '#include "a.h"\n'}))
        self.assertIn("with its folder", self.check({"src/types/b.cc": '#include "../exec/a.h"\n'}))
        self.assertIn("without its first folder",
                      self.check({"src/types/b.cc": '#include "src/common/a.h"\n'}))


if __name__ == "__main__":
    unittest.main()
