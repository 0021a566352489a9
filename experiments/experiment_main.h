// What every program of this folder does around its work: memory is kept, errors become one line and an exit code
// (harness/launcher/exit_codes.h), and output that cannot be written is such an error.
//
//   int main(int argc, char** argv) { return suite::ExperimentMain(&suite::Main, argc, argv); }
#pragma once

namespace suite {

int ExperimentMain(int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace suite
