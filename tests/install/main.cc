// Uses the installed library as a program of its own would: a wrong schema is an error with its
// condition, a right one prints.
#include <firesteel/types.h>

#include <iostream>

int main() {
  firesteel::Result<firesteel::Schema> schema =
      firesteel::Schema::FromDdl("gt STRING, x DOUBLE, tags ARRAY<STRING>");
  if (!schema.ok()) {
    std::cerr << schema.status().ToString() << "\n";
    return 1;
  }
  std::cout << schema->TreeString();

  firesteel::Status error = firesteel::Schema::FromDdl("gt STRING,").status();
  std::cout << firesteel::ErrorCondition(error) << "\n";
  return firesteel::ErrorCondition(error) == "PARSE_SYNTAX_ERROR" ? 0 : 1;
}
