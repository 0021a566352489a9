// SHA-256 as lower-case hexadecimal: the names of runs, cached stages and data files.
//
//   Sha256Hex("abc").substr(0, 8) == "ba7816bf"
#pragma once

#include <string>
#include <string_view>

namespace suite {

std::string Sha256Hex(std::string_view bytes);

// The hash of a file's bytes, read in pieces. Throws InputError when it cannot be read.
std::string Sha256HexOfFile(const std::string& path);

}  // namespace suite
