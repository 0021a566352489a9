// Standard input, output and error of a program.
//
//   int main() {
//     OpenStandardStreams();      // first
//     std::cout << Answer();
//     FinishOutput();             // last: throws when the answer did not get out
//   }
#pragma once

namespace suite {

// Puts something that can neither be read nor written in the place of those that are closed (`program >&-`). Otherwise
// the next file to be opened would get their number, and what is printed would go into it.
void OpenStandardStreams();

// Writes out what std::cout and stdout still hold. Throws std::runtime_error when anything that was printed there has
// got lost, on a full disk for instance.
void FinishOutput();

}  // namespace suite
