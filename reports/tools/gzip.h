// Bytes packed as a gzip file holds them, and back. Equal bytes give equal files: no name, no time.
#pragma once

#include <string>

namespace suite {

std::string Gzip(const std::string& bytes);

// Throws InputError at `where` when `packed` is no gzip file, is cut off or damaged.
std::string Gunzip(const std::string& packed, const std::string& where);

}  // namespace suite
