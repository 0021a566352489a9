// Prints the table of algorithms/README.md; paste it there after changing objectives.def or a preset.
#include <iostream>

#include "algorithms/index_table.h"

int main() {
  std::cout << suite::IndexTable();
  return 0;
}
